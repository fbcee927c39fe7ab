// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/formats/formats.h"
#include "core/graph/weight_file.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Stored weights as values of a graph: plain ones as constants, quantized ones as constants and a
// node Decode that carries the text of its format. [one thread per graph]
namespace tenon {

// What add_decode is told besides the format. All but name and options are for packed formats.
struct DecodeFacts {
  std::string name;  // of the node and of its output
  std::map<std::string, double, std::less<>> options = {};
  int64_t rows = 0;     // outputs of the matrix
  int64_t columns = 0;  // inputs of the matrix
  int64_t stacked = 0;  // axes in front that all tensors have, for stacked matrices
};

// A node Decode over the tensors of the format, in its order (no_id: an optional one that is not
// there; of a block format the one tensor is u8 [..., bytes of a row]). Its output is f32.
ValueId add_decode(Graph& graph, const Formats::Entry& entry, std::span<const ValueId> tensors,
                   DecodeFacts facts);

// A tensor of a file as a value of dims `stored.dims`: of a block format f32 and decoded where it
// is used, else a constant of its own type.
Result<ValueId> add_stored(Graph& graph, const Formats& formats, std::string_view name,
                           const StoredTensor& stored);

// A weight that several tensors of a file hold together.
struct PackedWeight {
  const Formats::Entry* entry = nullptr;
  std::string module;  // what the names of the tensors begin with, with the point
  std::map<std::string, double, std::less<>> options = {};
};

// How the file holds the weight of that name ("model.layers.0.mlp.up_proj.weight"), if it does so
// in a packed format: the one with the most tensors among those that fit the file's configuration
// ("quantization_config" of config.json) and whose tensors are all there.
Result<std::optional<PackedWeight>> find_packed(const Formats& formats, const WeightFile& file,
                                                std::string_view name);

// Names of the file's tensors that the weight is made of.
std::vector<std::string> names_of(const PackedWeight& weight, const WeightFile& file);

// The weight as a matrix [rows, columns].
Result<ValueId> add_packed(Graph& graph, const WeightFile& file, const PackedWeight& weight,
                           std::string_view name, int64_t rows, int64_t columns);

}  // namespace tenon
