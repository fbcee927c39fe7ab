// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"
#include "tenon/status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The header of one safetensors file, read in one pass without a tree. Values of their own.
// [any thread]
namespace tenon::safetensors {

// An element type as the format names it.
struct Element {
  std::string_view name;  // "BF16"
  uint32_t bits = 0;
  DType dtype = DType::none;
  std::string_view format;  // where the engine has no such element: its name as a block format
};
// Null when the format has none of that name.
const Element* element_named(std::string_view name);

struct Tensor {
  std::string name;
  const Element* element = nullptr;
  std::vector<int64_t> dims;
  uint64_t begin = 0;  // in the data
  uint64_t end = 0;
};

struct Header {
  std::vector<Tensor> tensors;  // by place
  std::vector<std::pair<std::string, std::string>> metadata;
  uint64_t data = 0;  // where the data begin in the file
};

// The largest header that is read; the format's own limit.
constexpr uint64_t most_header_bytes = 100'000'000;

// file: all of it, of which only the header is looked at. Tensors fill the data without holes,
// overlaps or trailing bytes, or this fails.
Result<Header> read_header(std::string_view file);

}  // namespace tenon::safetensors
