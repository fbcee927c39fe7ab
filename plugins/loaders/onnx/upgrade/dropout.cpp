// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// Before 10 the mask had the type of the data.
Status mask_of_data_type(Form& form) {
  if (form.node.outputs.size() < 2) return {};
  Operand mask = no_operand;
  const Operand flags = form.divert_output(1, &mask);
  form.make_after("CastLike", {flags, form.input(0)}, mask);
  return {};
}

// Inference drops nothing, whatever is_test says.
Status ratio_to_input(Form& form) {
  form.drop("is_test");
  TENON_TRY_ASSIGN(const std::optional<double> ratio, form.take_float("ratio"));
  if (ratio) form.set_input(1, form.constant(Literal::real(static_cast<float>(*ratio))));
  return {};
}

}  // namespace

Upgrade dropout() {
  return {.ops = {"Dropout"}, .steps = {{10, mask_of_data_type}, {12, ratio_to_input}}};
}

}  // namespace tenon::onnx::upgrades
