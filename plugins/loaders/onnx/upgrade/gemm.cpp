// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

// 7: C always broadcasts.
Upgrade gemm() {
  return {.ops = {"Gemm"}, .steps = {{7, [](Form& form) {
                                        form.drop("broadcast");
                                        return Status();
                                      }}}};
}

}  // namespace tenon::onnx::upgrades
