// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"

namespace tenon::cpu {

Kernel q_linear_conv();

// The same operator under its other name.
Kernel microsoft_q_linear_conv() {
  Kernel kernel = q_linear_conv();
  kernel.domain = "com.microsoft";
  return kernel;
}

}  // namespace tenon::cpu
