// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// 16 moved the default by half a pixel.
Status old_default(Form& form) {
  form.set("coordinate_transformation_mode", "output_half_pixel");
  return {};
}

}  // namespace

Upgrade roi_align() { return {.ops = {"RoiAlign"}, .steps = {{16, old_default}}}; }

}  // namespace tenon::onnx::upgrades
