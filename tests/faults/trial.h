// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/faults/models.h"

#include <cstdint>
#include <string>
#include <vector>

// One model on one device with one fault, from loading to the memory that is left. [one thread]
namespace tenon::faults {

enum class Fault : uint8_t { allocation, command, lost_device, hung_fence, cancel };
constexpr Fault all_faults[] = {Fault::allocation, Fault::command, Fault::lost_device,
                                Fault::hung_fence, Fault::cancel};
std::string_view name_of(Fault fault);

using Answers = std::vector<std::vector<Tensor>>;  // of each round

struct Trial {
  const TestModel& model;
  const Answers& answers;  // without a fault
  std::string device;
  Fault fault = Fault::allocation;
  uint64_t turn = 1;  // the call, command, signal or question that is hit
};

struct Outcome {
  bool struck = false;    // the fault came before the rounds ended
  bool unusable = false;  // the session said so
  std::string wrong;      // "" when all promises were kept
  double ms = 0;          // of the call that failed
};

// Runs rounds until the fault strikes, looks at the failure, goes on without the fault, and looks
// at what is left on the device.
Outcome attempt(const Trial& trial);

// Answers on a device without any layer.
Answers answers_of(const TestModel& model, const std::string& device, int64_t rounds);

Engine plain_engine();
// Bytes that the engine holds on all devices.
uint64_t bytes_held(const Engine& engine);

}  // namespace tenon::faults
