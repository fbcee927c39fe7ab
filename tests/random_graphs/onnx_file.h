// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/random_graphs/graph.h"

#include <cstddef>
#include <string>
#include <vector>

// A graph as the bytes of an ONNX model, and as text for people. [any thread]
namespace tenon::random_graphs {

// Value number 3 is "v3". Extents of free inputs are symbols named after their size.
std::string onnx_model(const Graph& graph);
std::string name_of(size_t slot);
std::vector<std::byte> elements_of(const Value& value);
// One line an input, constant, node and output.
std::string text_of(const Graph& graph);

}  // namespace tenon::random_graphs
