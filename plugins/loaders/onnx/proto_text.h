// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// ONNX messages as bytes, for tests: each function returns one field that can be put into another
// message by joining strings. [any thread]
namespace tenon::onnx::proto {

std::string varint(uint64_t value);
std::string number(uint32_t field, uint64_t value);
std::string bytes(uint32_t field, std::string_view content);

// Attributes of a node.
std::string a_int(std::string_view name, int64_t value);
std::string a_float(std::string_view name, float value);
std::string a_string(std::string_view name, std::string_view value);
std::string a_ints(std::string_view name, const std::vector<int64_t>& values);
std::string a_floats(std::string_view name, const std::vector<float>& values);
std::string a_tensor(std::string_view name, std::string_view tensor);
std::string a_graph(std::string_view name, std::string_view graph);
std::string a_reference(std::string_view name, std::string_view of_call, int32_t type);

// Content of a TensorProto: dims and type; data fields are appended.
std::string tensor(std::string_view name, int32_t dtype, const std::vector<int64_t>& dims,
                   std::string_view data);
std::string raw(std::string_view data);

// Fields of a graph.
std::string node(std::string_view op, const std::vector<std::string_view>& inputs,
                 const std::vector<std::string_view>& outputs, std::string_view more = "");
std::string initializer(std::string_view tensor);
// An f32 input; a dim that is a number is fixed.
std::string input(std::string_view name, const std::vector<std::string_view>& dims);
std::string output(std::string_view name);

// A whole model; more: further fields of ModelProto.
std::string model(int64_t opset, std::string_view graph, std::string_view more = "");
std::string opset(std::string_view domain, int64_t version, uint32_t field = 8);
// Field `functions` of a model.
std::string function(std::string_view domain, std::string_view name,
                     const std::vector<std::string_view>& inputs,
                     const std::vector<std::string_view>& outputs, std::string_view more);
// Nodes of a graph are nodes of a function under another number.
std::string in_function(std::string_view op, const std::vector<std::string_view>& inputs,
                        const std::vector<std::string_view>& outputs, std::string_view more = "");

}  // namespace tenon::onnx::proto
