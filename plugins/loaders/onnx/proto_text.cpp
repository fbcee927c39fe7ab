// SPDX-License-Identifier: Apache-2.0
#include "proto_text.h"

#include <bit>
#include <charconv>
#include <cstring>

namespace tenon::onnx::proto {

std::string varint(uint64_t value) {
  std::string text;
  while (value >= 0x80) {
    text += static_cast<char>((value & 0x7F) | 0x80);
    value >>= 7;
  }
  return text + static_cast<char>(value);
}

std::string number(uint32_t field, uint64_t value) {
  return varint(uint64_t{field} << 3) + varint(value);
}

std::string bytes(uint32_t field, std::string_view content) {
  return varint(uint64_t{field} << 3 | 2) + varint(content.size()) + std::string(content);
}

namespace {

std::string fixed32(uint32_t field, float value) {
  char raw[4];
  std::memcpy(raw, &value, 4);
  return varint(uint64_t{field} << 3 | 5) + std::string(raw, 4);
}

std::string attribute(std::string_view name, int32_t type, std::string_view value) {
  return bytes(5, bytes(1, name) + std::string(value) + number(20, static_cast<uint64_t>(type)));
}

std::string node_content(std::string_view op, const std::vector<std::string_view>& inputs,
                         const std::vector<std::string_view>& outputs, std::string_view more) {
  std::string text;
  for (const std::string_view input : inputs) text += bytes(1, input);
  for (const std::string_view output : outputs) text += bytes(2, output);
  return text + bytes(4, op) + std::string(more);
}

}  // namespace

std::string a_int(std::string_view name, int64_t value) {
  return attribute(name, 2, number(3, static_cast<uint64_t>(value)));
}
std::string a_float(std::string_view name, float value) {
  return attribute(name, 1, fixed32(2, value));
}
std::string a_string(std::string_view name, std::string_view value) {
  return attribute(name, 3, bytes(4, value));
}
std::string a_ints(std::string_view name, const std::vector<int64_t>& values) {
  std::string text;
  for (const int64_t value : values) text += number(8, static_cast<uint64_t>(value));
  return attribute(name, 7, text);
}
std::string a_floats(std::string_view name, const std::vector<float>& values) {
  std::string text;
  for (const float value : values) text += fixed32(7, value);
  return attribute(name, 6, text);
}
std::string a_tensor(std::string_view name, std::string_view tensor) {
  return attribute(name, 4, bytes(5, tensor));
}
std::string a_graph(std::string_view name, std::string_view graph) {
  return attribute(name, 5, bytes(6, graph));
}
std::string a_reference(std::string_view name, std::string_view of_call, int32_t type) {
  return attribute(name, type, bytes(21, of_call));
}

std::string tensor(std::string_view name, int32_t dtype, const std::vector<int64_t>& dims,
                   std::string_view data) {
  std::string text;
  for (const int64_t dim : dims) text += number(1, static_cast<uint64_t>(dim));
  return text + number(2, static_cast<uint64_t>(dtype)) + bytes(8, name) + std::string(data);
}
std::string raw(std::string_view data) { return bytes(9, data); }

std::string node(std::string_view op, const std::vector<std::string_view>& inputs,
                 const std::vector<std::string_view>& outputs, std::string_view more) {
  return bytes(1, node_content(op, inputs, outputs, more));
}

std::string in_function(std::string_view op, const std::vector<std::string_view>& inputs,
                        const std::vector<std::string_view>& outputs, std::string_view more) {
  return bytes(7, node_content(op, inputs, outputs, more));
}

std::string initializer(std::string_view tensor) { return bytes(5, tensor); }

std::string input(std::string_view name, const std::vector<std::string_view>& dims) {
  std::string shape;
  for (const std::string_view dim : dims) {
    uint64_t extent = 0;
    const bool fixed =
        std::from_chars(dim.data(), dim.data() + dim.size(), extent).ptr == dim.data() + dim.size();
    shape += bytes(1, fixed && !dim.empty() ? number(1, extent) : bytes(2, dim));
  }
  return bytes(11, bytes(1, name) + bytes(2, bytes(1, number(1, 1) + bytes(2, shape))));
}

std::string output(std::string_view name) { return bytes(12, bytes(1, name)); }

std::string opset(std::string_view domain, int64_t version, uint32_t field) {
  return bytes(field, bytes(1, domain) + number(2, static_cast<uint64_t>(version)));
}

std::string model(int64_t set, std::string_view graph, std::string_view more) {
  return number(1, 8) + bytes(7, graph) + opset("", set) + std::string(more);
}

std::string function(std::string_view domain, std::string_view name,
                     const std::vector<std::string_view>& inputs,
                     const std::vector<std::string_view>& outputs, std::string_view more) {
  std::string text = bytes(1, name) + bytes(10, domain) + opset("", 20, 9);
  for (const std::string_view input : inputs) text += bytes(4, input);
  for (const std::string_view output : outputs) text += bytes(5, output);
  return bytes(25, text + std::string(more));
}

}  // namespace tenon::onnx::proto
