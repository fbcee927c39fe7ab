// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/cpu.h"

// Normalisations of each example by channels or groups of them, whole: [N, C, ...] with one scale
// and one bias a channel. [any thread]
namespace tenon::cpu {

Kernel channel_norm_kernel(std::string_view op);

}  // namespace tenon::cpu
