// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

Status axes_to_input(Form& form) {
  if (const Setting* axes = form.find("axes")) {
    const auto* list = std::get_if<std::vector<int64_t>>(&axes->value);
    if (list != nullptr && list->empty()) form.drop("axes");
  }
  return form.ints_to_input("axes", 1);
}

}  // namespace

// 13: axes became an input, earlier than for the other reductions.
Upgrade reduce_sum() { return {.ops = {"ReduceSum"}, .steps = {{13, axes_to_input}}}; }

}  // namespace tenon::onnx::upgrades
