// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Rotary embedding of the heads of one token, in f32. [any thread]
namespace tenon::cpu {

struct Rotary {
  // The first 2 * pairs of the `size` numbers of each head are turned, the others copied. The
  // numbers of a pair are neighbours when they are interleaved, else one is in each half. room: 4 *
  // pairs numbers.
  void (*turn)(const float* from, float* to, int64_t heads, int64_t size, int64_t pairs,
               const float* cosines, const float* sines, bool interleaved, float* room);
};

const Rotary& rotary();

}  // namespace tenon::cpu
