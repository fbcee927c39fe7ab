// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"

namespace tenon::cpu {

Kernel q_linear_mat_mul();

Kernel quantized_mat_mul() {
  Kernel kernel = q_linear_mat_mul();
  kernel.op = "QuantizedMatMul";
  kernel.domain = "tenon";
  return kernel;
}

}  // namespace tenon::cpu
