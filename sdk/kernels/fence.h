// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/kernels/device.h"

// Timelines of a device whose commands are done when their function returns. [any thread]
namespace tenon::kernels {

void signal(Fence& fence, uint64_t value);
uint64_t reached(Fence& fence);
// False when the time ran out first. UINT64_MAX waits for ever.
bool block(Fence& fence, uint64_t value, uint64_t timeout_ns);

}  // namespace tenon::kernels
