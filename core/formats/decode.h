// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/formats/formats.h"
#include "core/graph/weight_file.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Quantized weights of a file as nodes Decode, which carry the text of their format. The tensors
// become constants in place. [one thread per graph]
namespace tenon {

// What a node Decode (domain "tenon") of a graph is made of.
struct DecodeNode {
  std::vector<ValueId> inputs;
  Attributes attributes;
};

// Appends the node to body 0; its output has the name too.
ValueId add_decode(Graph& graph, DecodeNode node, const std::string& name);

// A tensor that is stored in blocks, decoded to f32 of dims `stored.dims`.
Result<DecodeNode> decode_blocks(Graph& graph, const Formats& formats, const std::string& name,
                                 const StoredTensor& stored);

// Whether the file's configuration says that its weights are quantized ("quantization_config").
bool is_quantized(const WeightFile& file);

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

// The weight as a matrix [rows, columns], f32.
Result<DecodeNode> decode_packed(Graph& graph, const WeightFile& file, const PackedWeight& weight,
                                 int64_t rows, int64_t columns);

}  // namespace tenon
