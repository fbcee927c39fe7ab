// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace tenon::cpu {

// A worker's scratch, as floats.
inline float* floats(std::span<std::byte> scratch) {
  return reinterpret_cast<float*>(scratch.data());
}

}  // namespace tenon::cpu
