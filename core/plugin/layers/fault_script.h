// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

// What the fault layer is to do, from TENON_FAULT: steps separated by ";".
//   delay_fences=20ms  every command runs, and every fence value shows, that much later
//   fail_alloc=3       the third allocation fails; "3+" means that one and all later ones. Also
//                      fail_import, fail_upload, fail_download, fail_copy, fail_fill, fail_run,
//                      fail_compile, fail_bind
//   fail_command=3     the third upload, download, copy, fill or run, whichever it is
//   lose_device=10     at the tenth command the device is lost
//   hang_fence=4       the stream of the fourth signal never gets there
namespace tenon {

enum class FaultPoint : uint8_t { alloc, import, upload, download, copy, fill, run, compile, bind };
constexpr size_t fault_points = 9;

struct FaultTurn {
  uint64_t nth = 0;  // 0 = never
  bool onwards = false;
  bool hits(uint64_t turn) const { return nth != 0 && (onwards ? turn >= nth : turn == nth); }
};

struct FaultScript {
  std::chrono::nanoseconds delay{0};
  std::array<FaultTurn, fault_points> fail;
  FaultTurn command;
  FaultTurn lose_device;
  FaultTurn hang_fence;
};

Result<FaultScript> parse_fault_script(std::string_view text);

// Counts the calls of one plugin. [any thread]
class FaultCounter {
 public:
  explicit FaultCounter(const FaultScript& script) : script_(script) {}
  const FaultScript& script() const { return script_; }
  // A failure when the script says that this call fails.
  Status at(FaultPoint point);
  bool loses_device() { return script_.lose_device.hits(++commands_); }
  bool hangs_fence() { return script_.hang_fence.hits(++signals_); }

 private:
  FaultScript script_;
  std::array<std::atomic<uint64_t>, fault_points> calls_{};
  std::atomic<uint64_t> given_ = 0;  // commands, before it is known whether the device is lost
  std::atomic<uint64_t> commands_ = 0;
  std::atomic<uint64_t> signals_ = 0;
};

}  // namespace tenon
