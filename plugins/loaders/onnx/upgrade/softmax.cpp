// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// Before 13 the input was seen as a matrix whose columns begin at axis, and each row was one whole.
Status flatten_first(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<int64_t> axis, form.take_int("axis"));
  const Operand x = form.input(0);
  const Operand shape = form.make("Shape", {x});
  form.set_input(0, form.make("Flatten", {x}, {{"axis", axis.value_or(1)}}));
  form.set("axis", int64_t{-1});
  Operand result = no_operand;
  const Operand rows = form.divert_output(0, &result);
  form.make_after("Reshape", {rows, shape}, result, {{"allowzero", int64_t{1}}});
  return {};
}

// The usual case needs no reshaping, but the rank of the input is not known here unless axis says
// so: with -1 the row is the last axis alone.
Status by_axis(Form& form) {
  const Setting* axis = form.find("axis");
  const auto* value = axis == nullptr ? nullptr : std::get_if<int64_t>(&axis->value);
  if (value != nullptr && *value == -1) return {};
  return flatten_first(form);
}

}  // namespace

Upgrade softmax() {
  return {.ops = {"Softmax", "LogSoftmax", "Hardmax"}, .steps = {{13, by_axis}}};
}

}  // namespace tenon::onnx::upgrades
