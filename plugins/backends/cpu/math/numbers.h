// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Runs of numbers of f32, to be kept shorter. [any thread]
namespace tenon::cpu {

struct Numbers {
  // Rounded half to even.
  void (*to_f16)(const float* from, uint16_t* to, int64_t count);
  void (*to_bf16)(const float* from, uint16_t* to, int64_t count);
};

const Numbers& numbers();

}  // namespace tenon::cpu
