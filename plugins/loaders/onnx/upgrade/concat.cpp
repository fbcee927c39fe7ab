// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

// 4: axis lost its default.
Upgrade concat() {
  return {.ops = {"Concat"}, .steps = {{4, [](Form& form) {
                                          if (form.find("axis") == nullptr) {
                                            form.set("axis", int64_t{1});
                                          }
                                          return Status();
                                        }}}};
}

}  // namespace tenon::onnx::upgrades
