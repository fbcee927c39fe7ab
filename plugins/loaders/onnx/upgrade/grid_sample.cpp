// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// 20 renamed the modes for any number of axes.
Status rename_modes(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<std::string> given, form.take_string("mode"));
  const std::string mode = given.value_or("bilinear");
  if (mode == "bilinear") {
    form.set("mode", "linear");
  } else {
    form.set("mode", mode == "bicubic" ? "cubic" : mode);
  }
  return {};
}

}  // namespace

Upgrade grid_sample() { return {.ops = {"GridSample"}, .steps = {{20, rename_modes}}}; }

}  // namespace tenon::onnx::upgrades
