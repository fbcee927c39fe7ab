// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The middle of normalisations. Sums are made in an order that depends on the level and on the
// number of elements only. [any thread]
namespace tenon::cpu {

struct Norms {
  // The mean of n elements, and 1 / sqrt(variance + epsilon).
  void (*moments)(const float* x, int64_t n, float epsilon, float* mean, float* inverse);
  // 1 / sqrt(mean of squares + epsilon).
  float (*inverse_root)(const float* x, int64_t n, float epsilon);
  // y = (x - mean) * inverse * scale + shift, element by element; scale or shift may be null.
  void (*scaled)(const float* x, float mean, float inverse, const float* scale, const float* shift,
                 int64_t n, float* y);
  // y = (x - mean) * factor + shift with one factor and one shift.
  void (*scaled_alike)(const float* x, float mean, float factor, float shift, int64_t n, float* y);
  // y = a + b + c; c may be null.
  void (*sum)(const float* a, const float* b, const float* c, int64_t n, float* y);
};

const Norms& norms();

}  // namespace tenon::cpu
