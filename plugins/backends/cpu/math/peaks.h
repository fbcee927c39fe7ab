// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Loops that do nothing but multiply and add from registers, or read: what kernels are measured
// against.
namespace tenon::cpu {

struct Peaks {
  // Operations (a product and a sum are two) that `rounds` rounds have done.
  int64_t (*floats)(int64_t rounds);  // f32
  int64_t (*brains)(int64_t rounds);  // bf16 pairs
  int64_t (*bytes)(int64_t rounds);   // u8 by i8
  // Reads a multiple of 512 bytes once.
  int32_t (*read)(const uint8_t* from, int64_t bytes);
};
const Peaks& peaks();

}  // namespace tenon::cpu
