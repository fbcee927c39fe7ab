// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// B's shape lies inside A's, beginning at axis: ones are appended until it ends where A's ends.
Status align_right(Form& form, int64_t axis) {
  const Operand b = form.input(1);
  const Operand b_shape = form.make("Shape", {b});
  const Operand a_rank = form.make("Size", {form.make("Shape", {form.input(0)})});
  const Operand b_rank = form.make("Size", {b_shape});
  Operand begin = form.constant(Literal::integer(axis));
  if (axis < 0) begin = form.make("Add", {begin, a_rank});
  const Operand missing = form.make("Sub", {form.make("Sub", {a_rank, begin}), b_rank});
  const Operand one_axis = form.constant(Literal::integers({1}));
  const Operand count = form.make("Reshape", {missing, one_axis});
  const Operand ones = form.make("Expand", {one_axis, count});
  const Operand shape = form.make("Concat", {b_shape, ones}, {{"axis", int64_t{0}}});
  form.set_input(1, form.make("Reshape", {b, shape}));
  return {};
}

Status numpy_broadcast(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<int64_t> broadcast, form.take_int("broadcast"));
  TENON_TRY_ASSIGN(const std::optional<int64_t> axis, form.take_int("axis"));
  if (broadcast.value_or(0) == 0 || !axis) return {};
  return align_right(form, *axis);
}

}  // namespace

// 7: shapes broadcast by themselves, from the right.
Upgrade binary() {
  return {
      .ops = {"Add", "And", "Div", "Equal", "Greater", "Less", "Mul", "Or", "Pow", "Sub", "Xor"},
      .steps = {{7, numpy_broadcast}}};
}

}  // namespace tenon::onnx::upgrades
