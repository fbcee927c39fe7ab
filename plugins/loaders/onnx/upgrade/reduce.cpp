// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

Status axes_to_input(Form& form) {
  if (form.node.op == "ReduceSum" && form.version() >= 13) return {};  // had the input earlier
  // An empty list of axes meant all of them, as a missing one does.
  if (const Setting* axes = form.find("axes")) {
    const auto* list = std::get_if<std::vector<int64_t>>(&axes->value);
    if (list != nullptr && list->empty()) form.drop("axes");
  }
  return form.ints_to_input("axes", 1);
}

}  // namespace

// 18: axes became an input.
Upgrade reduce() {
  return {.ops = {"ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax",
                  "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"},
          .steps = {{18, axes_to_input}}};
}

}  // namespace tenon::onnx::upgrades
