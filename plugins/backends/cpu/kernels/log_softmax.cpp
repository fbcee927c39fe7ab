// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/kernels/softmax.h"

namespace tenon::cpu {

Kernel log_softmax() { return softmax_kernel("LogSoftmax"); }

}  // namespace tenon::cpu
