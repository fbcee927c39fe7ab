// SPDX-License-Identifier: Apache-2.0
#include "tests/random_graphs/onnx_file.h"

#include "plugins/loaders/onnx/proto_text.h"
#include "tenon/strip_vm.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tenon::random_graphs {

namespace {

namespace proto = onnx::proto;
constexpr int64_t opset = 21;

std::string attribute(const std::string& name, const Attribute& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return proto::a_int(name, *number);
  if (const auto* number = std::get_if<float>(&value)) return proto::a_float(name, *number);
  if (const auto* word = std::get_if<std::string>(&value)) return proto::a_string(name, *word);
  return proto::a_ints(name, std::get<std::vector<int64_t>>(value));
}

std::string node_field(const Node& node) {
  std::vector<std::string> names;
  std::vector<std::string_view> inputs, outputs;
  names.reserve(node.inputs.size() + node.outputs.size());
  for (const size_t slot : node.inputs) {
    inputs.push_back(names.emplace_back(slot == omitted ? "" : name_of(slot)));
  }
  for (const size_t slot : node.outputs) outputs.push_back(names.emplace_back(name_of(slot)));
  std::string attributes;
  for (const auto& [name, value] : node.attributes) attributes += attribute(name, value);
  return proto::node(node.op, inputs, outputs, attributes);
}

// Extents 0 and 1 stay numbers: whether an axis broadcasts is known when a model is loaded.
std::string input_field(size_t slot, const Slot& input) {
  std::string shape;
  for (const int64_t extent : input.value.dims) {
    shape +=
        proto::bytes(1, input.free && extent > 1 ? proto::bytes(2, fmt::format("n{}", extent))
                                                 : proto::number(1, static_cast<uint64_t>(extent)));
  }
  const std::string type = proto::number(1, static_cast<uint64_t>(input.value.dtype));
  return proto::bytes(11, proto::bytes(1, name_of(slot)) +
                              proto::bytes(2, proto::bytes(1, type + proto::bytes(2, shape))));
}

std::string shown(const Value& value) {
  std::string text;
  for (size_t i = 0; i < value.x.size() && i < 48; ++i) {
    text += fmt::format("{}{:.9g}", i == 0 ? "" : ", ", value.x[i]);
  }
  return value.x.size() > 48 ? text + ", ..." : text;
}

std::string attribute_text(const Attribute& value) {
  if (const auto* numbers = std::get_if<std::vector<int64_t>>(&value)) {
    return fmt::format("[{}]", fmt::join(*numbers, ","));
  }
  if (const auto* number = std::get_if<int64_t>(&value)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<float>(&value)) return fmt::format("{}", *number);
  return std::get<std::string>(value);
}

std::string type_text(const Value& value) {
  return fmt::format("{}[{}]", tenon::name_of(value.dtype), fmt::join(value.dims, ","));
}

}  // namespace

std::string name_of(size_t slot) { return fmt::format("v{}", slot); }

std::vector<std::byte> elements_of(const Value& value) {
  std::vector<std::byte> bytes(value.x.size() * element_bytes(value.dtype));
  for (size_t i = 0; i < value.x.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    if (is_float(value.dtype)) {
      store_float(bytes.data(), value.dtype, at, static_cast<double>(value.x[i]));
    } else {
      store_integer(bytes.data(), value.dtype, at, static_cast<int64_t>(value.x[i]));
    }
  }
  return bytes;
}

std::string onnx_model(const Graph& graph) {
  std::string content;
  for (size_t i = 0; i < graph.slots.size(); ++i) {
    const Slot& slot = graph.slots[i];
    if (slot.kind == Slot::Kind::input) content += input_field(i, slot);
    if (slot.kind != Slot::Kind::constant) continue;
    const std::vector<std::byte> bytes = elements_of(slot.value);
    const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    content += proto::initializer(proto::tensor(name_of(i), static_cast<int32_t>(slot.value.dtype),
                                                slot.value.dims, proto::raw(raw)));
  }
  for (const Node& node : graph.nodes) content += node_field(node);
  for (const size_t output : graph.outputs) content += proto::output(name_of(output));
  return proto::model(opset, content);
}

std::string text_of(const Graph& graph) {
  std::string text;
  for (size_t i = 0; i < graph.slots.size(); ++i) {
    const Slot& slot = graph.slots[i];
    if (slot.kind == Slot::Kind::computed) continue;
    text += fmt::format("  {} = {}{} {} {{{}}}\n", name_of(i), slot.free ? "free " : "",
                        slot.kind == Slot::Kind::input ? "input" : "constant",
                        type_text(slot.value), shown(slot.value));
  }
  for (const Node& node : graph.nodes) {
    std::vector<std::string> outputs, inputs, attributes;
    for (const size_t slot : node.outputs) {
      outputs.push_back(fmt::format("{} {}", name_of(slot), type_text(graph.slots[slot].value)));
    }
    for (const size_t slot : node.inputs) {
      inputs.push_back(slot == omitted ? "-" : name_of(slot));
    }
    for (const auto& [name, value] : node.attributes) {
      attributes.push_back(fmt::format(" {}={}", name, attribute_text(value)));
    }
    text += fmt::format("  {} = {}({}){}\n", fmt::join(outputs, ", "), node.op,
                        fmt::join(inputs, ", "), fmt::join(attributes, ""));
  }
  for (const size_t output : graph.outputs) text += fmt::format("  output {}\n", name_of(output));
  return text;
}

}  // namespace tenon::random_graphs
