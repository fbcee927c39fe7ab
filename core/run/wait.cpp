// SPDX-License-Identifier: Apache-2.0
#include "core/run/wait.h"

#include "core/base/border.h"

namespace tenon {

// How often a waiting thread looks whether it should stop.
constexpr uint64_t slice_ns = 5'000'000;

Status Patience::check() const {
  if (cancel != nullptr && cancel->poll != nullptr) {
    const tenon_status code = cancel->poll(cancel->context);
    if (code == TENON_TIMEOUT) return timed_out("the call's deadline has passed");
    if (code != TENON_OK) return cancelled("stopped by the caller");
  }
  if (deadline && std::chrono::steady_clock::now() > *deadline) {
    return timed_out("the deadline has passed");
  }
  return {};
}

Status wait_for(Device& device, const Fence& fence, uint64_t value, const Patience& patience) {
  while (true) {
    const tenon_status code = device.backend().block(fence.get(), value, slice_ns);
    if (code == TENON_OK) return {};
    if (code != TENON_TIMEOUT) return device.status(code);
    static_cast<void>(take_failure(code));
    TENON_TRY(patience.check());
  }
}

}  // namespace tenon
