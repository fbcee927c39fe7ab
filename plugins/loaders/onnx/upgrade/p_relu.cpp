// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// Before 7 a slope of one axis went along the channels; it broadcasts from the right now.
Status slope_by_channel(Form& form) {
  const Operand slope = form.input(1);
  const Operand x_rank = form.make("Size", {form.make("Shape", {form.input(0)})});
  const Operand two = form.constant(Literal::integer(2));
  const Operand one_axis = form.constant(Literal::integers({1}));
  const Operand after =
      form.make("Max", {form.make("Sub", {x_rank, two}), form.constant(Literal::integer(0))});
  const Operand ones = form.make("Expand", {one_axis, form.make("Reshape", {after, one_axis})});
  const Operand shape =
      form.make("Concat", {form.make("Shape", {slope}), ones}, {{"axis", int64_t{0}}});
  form.set_input(1, form.make("Reshape", {slope, shape}));
  return {};
}

}  // namespace

Upgrade p_relu() { return {.ops = {"PRelu"}, .steps = {{7, slope_by_channel}}}; }

}  // namespace tenon::onnx::upgrades
