// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/device.h"
#include "core/graph/graph.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

// Constants on devices: each is imported or uploaded once per device and shared by all sessions of
// a model; it goes when the last session that uses it goes. [any thread]
namespace tenon {

// Whether the device would read the constant where the host has it. Tries it, which takes no
// memory.
Result<bool> used_in_place(Device& device, const Constant& constant);

class Weights {
 public:
  // The constant's bytes on the device, ready for programs. limit: for the way there.
  Result<std::shared_ptr<Buffer>> get(Device& device,
                                      const std::shared_ptr<const Constant>& constant,
                                      std::chrono::milliseconds limit);

 private:
  std::mutex mutex_;
  std::map<std::pair<Device*, const Constant*>, std::weak_ptr<Buffer>> buffers_;
};

}  // namespace tenon
