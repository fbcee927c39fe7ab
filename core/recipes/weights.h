// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/formats/decode.h"
#include "core/graph/weight_file.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// Tensors of a file under the names of a recipe. [one thread]
namespace tenon::recipes {

// What a row of a table found. dims are those that the recipe states; the bytes may lie under
// other ones that differ in extents of 1 only, or transposed.
struct Weight {
  std::string name;                          // "block.3.q"
  std::vector<std::string> stored_names;     // one, or one for each of a stack
  std::vector<const StoredTensor*> tensors;  // [borrowed]
  std::vector<int64_t> dims;
  bool transposed = false;  // stored with the two axes exchanged
  bool stacked = false;     // axis 0 goes over `tensors`
  // The file holds the matrix in several tensors of a quantization format; `tensors` is empty.
  std::optional<PackedWeight> packed = {};
};

// One tensor of a stack, or null.
std::shared_ptr<const Weight> part_of(const Weight& stack, int64_t index);

// What is wrong with a file, gathered so that one message tells all of it.
struct Problems {
  std::vector<std::string> missing;
  std::vector<std::string> misshapen;
  std::vector<std::string> unsupported;

  bool any() const { return !missing.empty() || !misshapen.empty() || !unsupported.empty(); }
};

// Puts names into the braces of a pattern: "{}", "{i}", "{name}", "{name[1]}".
struct Fillings {
  std::string_view name = {};   // the row's
  std::string_view index = {};  // of the group, "" outside of one
  std::string_view stack = {};  // the word that counts a stack, and its number
  std::string_view stack_index = {};
  std::string_view inner = {};  // for "{}"
};
std::string filled(std::string_view pattern, const Fillings& fillings);

// Whether a stored tensor can be read as one of these dims: equal but for extents of 1.
bool fits(const StoredTensor& tensor, const std::vector<int64_t>& dims, bool transposed);

// "[3, 4]"
std::string dims_text(const std::vector<int64_t>& dims);

}  // namespace tenon::recipes
