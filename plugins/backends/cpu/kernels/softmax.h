// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/cpu.h"

// Softmax and LogSoftmax, whole, along any axis. [any thread]
namespace tenon::cpu {

Kernel softmax_kernel(std::string_view op);

}  // namespace tenon::cpu
