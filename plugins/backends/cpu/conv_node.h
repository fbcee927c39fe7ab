// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/reference/window.h"
#include "tenon/kernels.h"

// What the kernels for Conv have in common: what a node asks for. [any thread]
namespace tenon::cpu {

// Why the kernel for groups of one input channel does not take a node.
Status fits_depthwise(const NodeView& node);

// Whether operands with known sizes fit each other.
Status check_conv(const KernelSizes& sizes, const reference::Window& window, int64_t groups);

}  // namespace tenon::cpu
