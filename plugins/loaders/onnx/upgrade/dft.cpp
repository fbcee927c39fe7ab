// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

Status axis_to_input(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<int64_t> axis, form.take_int("axis"));
  form.set_input(2, form.constant(Literal::integer(axis.value_or(1))));
  return {};
}

}  // namespace

Upgrade dft() { return {.ops = {"DFT"}, .steps = {{20, axis_to_input}}}; }

}  // namespace tenon::onnx::upgrades
