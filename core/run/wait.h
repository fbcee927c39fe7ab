// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/device.h"

#include <chrono>
#include <optional>

// Waiting for a device without ever losing the right to stop.
namespace tenon {

// How long a call may take and who may stop it.
struct Patience {
  const tenon_cancel* cancel = nullptr;
  std::optional<std::chrono::steady_clock::time_point> deadline = {};

  // Code::cancelled or Code::timeout when it is over.
  Status check() const;
};

// Blocks until the fence reaches the value. A failed command before it is an error. When patience
// ends first, its status is returned and the commands are still pending.
Status wait_for(Device& device, const Fence& fence, uint64_t value, const Patience& patience);

}  // namespace tenon
