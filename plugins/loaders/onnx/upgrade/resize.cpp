// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// 10 knew one mapping of coordinates and no region of interest.
Status first_form(Form& form) {
  form.node.inputs = {form.input(0), no_operand, form.input(1)};
  form.set("coordinate_transformation_mode", "asymmetric");
  form.set("nearest_mode", "floor");
  return {};
}

// Until 13 a scale and a region were given even where they had no meaning, as empty tensors.
Status drop_unused_inputs(Form& form) {
  const Setting* found = form.find("coordinate_transformation_mode");
  const auto* mode = found == nullptr ? nullptr : std::get_if<std::string>(&found->value);
  if (form.has_input(1) && (mode == nullptr || *mode != "tf_crop_and_resize")) {
    form.set_input(1, no_operand);
  }
  if (form.has_input(3)) form.set_input(2, no_operand);
  return {};
}

// 13 dropped a mapping without the half pixel at the end, which files hold until today. It only
// moves where nearest rounds.
Status without_tf_nearest(Form& form) {
  const Setting* found = form.find("coordinate_transformation_mode");
  const auto* mapping = found == nullptr ? nullptr : std::get_if<std::string>(&found->value);
  if (mapping == nullptr || *mapping != "tf_half_pixel_for_nn") return {};
  TENON_TRY_ASSIGN(const std::optional<std::string> given, form.take_string("nearest_mode"));
  const std::string rounding = given.value_or("round_prefer_floor");
  if (rounding == "floor") {
    form.set("nearest_mode", "round_prefer_ceil");
  } else if (rounding == "round_prefer_floor") {
    form.set("nearest_mode", "ceil");
  } else {
    return unsupported("tf_half_pixel_for_nn with nearest_mode \"{}\"", rounding);
  }
  form.set("coordinate_transformation_mode", "half_pixel");
  return {};
}

}  // namespace

Upgrade resize() {
  return {.ops = {"Resize"},
          .steps = {
              {11, first_form}, {18, drop_unused_inputs}, {newest_opset + 1, without_tf_nearest}}};
}

}  // namespace tenon::onnx::upgrades
