// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

// 11: a new name.
Upgrade scatter() {
  return {.ops = {"Scatter"}, .steps = {{newest_opset + 1, [](Form& form) {
                                           form.node.op = "ScatterElements";
                                           return Status();
                                         }}}};
}

}  // namespace tenon::onnx::upgrades
