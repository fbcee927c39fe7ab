// SPDX-License-Identifier: Apache-2.0
#include "form.h"

#include <algorithm>

namespace tenon::onnx {

Operand Form::bound(ValueId id, std::string_view name) {
  values.push_back({.id = id, .name = std::string(name), .literal = {}});
  return static_cast<Operand>(values.size() - 1);
}

Operand Form::fresh(std::string name) {
  values.push_back({.id = no_value, .name = std::move(name), .literal = {}});
  return static_cast<Operand>(values.size() - 1);
}

Operand Form::constant(Literal literal) {
  values.push_back({.id = no_value, .name = "", .literal = std::move(literal)});
  return static_cast<Operand>(values.size() - 1);
}

void Form::set_input(size_t i, Operand operand) {
  if (node.inputs.size() <= i) node.inputs.resize(i + 1, no_operand);
  node.inputs[i] = operand;
}

Operand Form::make(std::string_view op, std::vector<Operand> inputs,
                   std::vector<Setting> settings) {
  const Operand output = fresh("");
  before.push_back({std::string(op), std::move(inputs), {output}, std::move(settings)});
  return output;
}

Operand Form::divert_output(size_t i, Operand* original) {
  *original = node.outputs[i];
  node.outputs[i] = fresh("");
  return node.outputs[i];
}

void Form::make_after(std::string_view op, std::vector<Operand> inputs, Operand output,
                      std::vector<Setting> settings) {
  after.push_back({std::string(op), std::move(inputs), {output}, std::move(settings)});
}

Setting* Form::find(std::string_view name) {
  for (Setting& setting : node.settings) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

template <class T>
Result<std::optional<T>> Form::take(std::string_view name) {
  Setting* found = find(name);
  if (found == nullptr) return std::optional<T>();
  T* value = std::get_if<T>(&found->value);
  if (value == nullptr) return invalid("attribute \"{}\" has the wrong type", name);
  std::optional<T> taken = std::move(*value);
  drop(name);
  return taken;
}

Result<std::optional<int64_t>> Form::take_int(std::string_view name) { return take<int64_t>(name); }
Result<std::optional<double>> Form::take_float(std::string_view name) { return take<double>(name); }
Result<std::optional<std::string>> Form::take_string(std::string_view name) {
  return take<std::string>(name);
}
Result<std::optional<std::vector<int64_t>>> Form::take_ints(std::string_view name) {
  return take<std::vector<int64_t>>(name);
}
Result<std::optional<std::vector<double>>> Form::take_floats(std::string_view name) {
  return take<std::vector<double>>(name);
}

void Form::drop(std::string_view name) {
  std::erase_if(node.settings, [&](const Setting& setting) { return setting.name == name; });
}

void Form::set(std::string_view name, Setting::Value value) {
  drop(name);
  node.settings.push_back({std::string(name), std::move(value)});
}

Status Form::ints_to_input(std::string_view name, size_t i) {
  TENON_TRY_ASSIGN(const std::optional<std::vector<int64_t>> values, take_ints(name));
  if (values) set_input(i, constant(Literal::integers(*values)));
  return {};
}

}  // namespace tenon::onnx
