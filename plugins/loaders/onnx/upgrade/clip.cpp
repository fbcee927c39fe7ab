// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// The bounds take the type of what they bound.
Status bound_to_input(Form& form, std::string_view name, size_t i) {
  TENON_TRY_ASSIGN(const std::optional<double> bound, form.take_float(name));
  if (!bound) return {};
  const Operand literal = form.constant(Literal::real(static_cast<float>(*bound)));
  form.set_input(i, form.make("CastLike", {literal, form.input(0)}));
  return {};
}

Status to_inputs(Form& form) {
  TENON_TRY(bound_to_input(form, "min", 1));
  return bound_to_input(form, "max", 2);
}

}  // namespace

Upgrade clip() { return {.ops = {"Clip"}, .steps = {{11, to_inputs}}}; }

}  // namespace tenon::onnx::upgrades
