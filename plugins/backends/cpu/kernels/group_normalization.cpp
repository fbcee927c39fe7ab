// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/kernels/instance_normalization.h"

namespace tenon::cpu {

Kernel group_normalization() { return channel_norm_kernel("GroupNormalization"); }

}  // namespace tenon::cpu
