// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

Status rename_paddings(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<std::vector<int64_t>> pads, form.take_ints("paddings"));
  if (pads) form.set("pads", *pads);
  return {};
}

Status to_inputs(Form& form) {
  if (form.find("pads") == nullptr) return invalid("pads is required before operator set 11");
  TENON_TRY(form.ints_to_input("pads", 1));
  TENON_TRY_ASSIGN(const std::optional<double> value, form.take_float("value"));
  if (!value || *value == 0) return {};
  const Operand literal = form.constant(Literal::real(static_cast<float>(*value)));
  form.set_input(2, form.make("CastLike", {literal, form.input(0)}));
  return {};
}

}  // namespace

Upgrade pad() { return {.ops = {"Pad"}, .steps = {{2, rename_paddings}, {11, to_inputs}}}; }

}  // namespace tenon::onnx::upgrades
