// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

// 9 took away the batch axis that 8 ran over.
Upgrade scan() {
  return {.ops = {"Scan"}, .steps = {{9, [](Form&) {
                                        return unsupported(
                                            "Scan of operator set 8 runs over a batch; export the "
                                            "model for operator set 9 or newer");
                                      }}}};
}

}  // namespace tenon::onnx::upgrades
