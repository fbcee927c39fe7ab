// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

// What passes ask of the values and nodes of body 0.
namespace tenon {

// How often each value is read by nodes. What the body outputs or a size is read from counts two
// more, so that one means: one node and nobody else.
std::vector<size_t> count_readers(const Graph& graph);

// Whether the node is ONNX's own operator of that name.
inline bool is_plain(const Node& node, std::string_view op) {
  return node.op == op && node.domain.empty();
}

// The numbers of a constant of floats, of one of integers; nothing for other values and no_id.
std::optional<std::vector<double>> reals_of(const Graph& graph, ValueId id);
std::optional<std::vector<int64_t>> integers_of(const Graph& graph, ValueId id);

// A constant of f32, each number rounded once.
std::shared_ptr<const Constant> f32_constant(std::vector<int64_t> dims,
                                             const std::vector<double>& numbers);

}  // namespace tenon
