// SPDX-License-Identifier: Apache-2.0
// Constant nodes, in all their forms, are weights.
#include "emit.h"

namespace tenon::onnx {

Result<ValueId> Emitter::constant_value(const Attribute& attribute, Text name) {
  if (attribute.name == "value" && attribute.tensor) {
    return weights_.value(*attribute.tensor, name);
  }
  if (attribute.name == "sparse_value" && attribute.sparse) {
    return weights_.value(*attribute.sparse, name);
  }
  if (attribute.name == "value_int" && attribute.type == AttributeType::integer) {
    return weights_.value(Literal::integer(attribute.i), name);
  }
  if (attribute.name == "value_float" && attribute.type == AttributeType::real) {
    return weights_.value(Literal::real(attribute.f), name);
  }
  if (attribute.name == "value_ints" && attribute.type == AttributeType::integers) {
    return weights_.value(Literal::integers(attribute.ints), name);
  }
  if (attribute.name == "value_floats" && attribute.type == AttributeType::reals) {
    return weights_.value(Literal::reals(attribute.floats), name);
  }
  if (attribute.name == "value_string" && attribute.type == AttributeType::string) {
    const tenon_str text = to_str(attribute.s);
    return host_.texts(name, {}, {&text, 1});
  }
  if (attribute.name == "value_strings" && attribute.type == AttributeType::strings) {
    std::vector<tenon_str> texts;
    for (const Text text : attribute.strings) texts.push_back(to_str(text));
    const int64_t dims[] = {static_cast<int64_t>(texts.size())};
    return host_.texts(name, dims, texts);
  }
  return invalid("attribute \"{}\" of type {} gives a constant no value",
                 attribute.name.substr(0, 200), static_cast<int32_t>(attribute.type));
}

Status Emitter::constant(const Node& node, Frame& frame) {
  if (node.outputs.size() != 1 || !node.inputs.empty()) {
    return invalid("a constant has {} inputs and {} outputs, expected 0 and 1", node.inputs.size(),
                   node.outputs.size());
  }
  std::optional<Attribute> only;
  for (const Attribute& attribute : node.attributes) {
    TENON_TRY_ASSIGN(const Binding binding, resolve(attribute, frame));
    if (binding.attribute == nullptr) continue;
    if (only) return invalid("a constant has two values");
    only = *binding.attribute;
    only->name = attribute.name;  // what counts is the name here, not that in the call
    if (frame.call != nullptr) TENON_TRY(count(only->ints.size() + only->floats.size()));
  }
  if (!only) return invalid("a constant has no value");
  const std::string name = display_name(node, frame);
  Result<ValueId> value = constant_value(*only, node.outputs[0]);
  if (!value.ok()) {
    TENON_TRY(tolerate(value.status(), node.op, name));
    value = placeholder(node.outputs[0]);
    if (!value.ok()) return value.status();
  }
  return define(frame, node.outputs[0], *value);
}

}  // namespace tenon::onnx
