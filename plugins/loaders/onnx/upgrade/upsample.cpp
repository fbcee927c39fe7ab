// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

Status two_scales(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<double> height, form.take_float("height_scale"));
  TENON_TRY_ASSIGN(const std::optional<double> width, form.take_float("width_scale"));
  if (form.find("scales") != nullptr) return {};
  if (!height || !width) return invalid("height_scale and width_scale are required");
  form.set("scales", std::vector<double>{1, 1, *height, *width});
  return {};
}

Status scales_to_input(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<std::vector<double>> scales, form.take_floats("scales"));
  if (!scales) return invalid("scales is required before operator set 9");
  form.set_input(1, form.constant(Literal::reals({scales->begin(), scales->end()})));
  return {};
}

// 10 replaced it by Resize, whose first form meant the same.
Status as_resize(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<std::string> given, form.take_string("mode"));
  const std::string mode = given.value_or("nearest");
  form.set("mode", mode == "bilinear" ? "linear" : mode);
  form.set("coordinate_transformation_mode", "asymmetric");
  form.set("nearest_mode", "floor");
  form.node.op = "Resize";
  form.node.inputs = {form.input(0), no_operand, form.input(1)};
  return {};
}

}  // namespace

Upgrade upsample() {
  return {.ops = {"Upsample"},
          .steps = {{7, two_scales}, {9, scales_to_input}, {newest_opset + 1, as_resize}}};
}

}  // namespace tenon::onnx::upgrades
