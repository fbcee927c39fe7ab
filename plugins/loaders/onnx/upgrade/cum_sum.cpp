// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// Files of the first text often hold the axis as a list of one.
Status scalar_axis(Form& form) {
  const Operand no_axes = form.constant(Literal::integers({}));
  form.set_input(1, form.make("Reshape", {form.input(1), no_axes}));
  return {};
}

}  // namespace

Upgrade cum_sum() { return {.ops = {"CumSum"}, .steps = {{14, scalar_axis}}}; }

}  // namespace tenon::onnx::upgrades
