// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/int8_gemm.h"

#include <cstdint>

// Convolution of one channel of bytes with one filter. The centered bytes lie in f32, in which the
// sums of up to 256 taps are exact. Pure functions. [any thread]
namespace tenon::cpu {

struct Int8Depthwise {
  int64_t slack;  // numbers that add_taps may read behind the last and write behind `count`
  // to[i] = (from[i] ^ flip) - zero.
  void (*center)(const uint8_t* from, int64_t count, uint8_t flip, float zero, float* to);
  // to[i] = start + the sum over taps of plane[offsets[t] + i] * weights[t].
  void (*add_taps)(const float* plane, const int64_t* offsets, const float* weights, int64_t taps,
                   float start, int64_t count, float* to);
  // round(sum * how.row_scale[0]) + zero within the limits; and the sums as integers.
  void (*requantize)(const float* sums, int64_t count, const Int8Requantize& how, uint8_t* to);
  void (*to_integers)(const float* sums, int64_t count, int32_t* to);
};

const Int8Depthwise& int8_depthwise();

}  // namespace tenon::cpu
