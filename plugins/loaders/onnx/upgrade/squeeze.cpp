// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

// 13: axes became an input.
Upgrade squeeze() {
  return {.ops = {"Squeeze", "Unsqueeze"},
          .steps = {{13, [](Form& form) { return form.ints_to_input("axes", 1); }}}};
}

}  // namespace tenon::onnx::upgrades
