// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// Elements moved as they are. Strides are in elements. [any thread]
namespace tenon::cpu {

// Element widths that have functions: 1, 2, 4, 8 bytes at places 0 to 3.
constexpr size_t copy_widths = 4;

struct Copies {
  // to[r * to_stride + c] = from[r * from_stride + c]
  void (*rows[copy_widths])(const void* from, int64_t from_stride, void* to, int64_t to_stride,
                            int64_t rows, int64_t columns);
  // to[r * to_stride + c] = from[c * from_stride + r]
  void (*turned[copy_widths])(const void* from, int64_t from_stride, void* to, int64_t to_stride,
                              int64_t rows, int64_t columns);
};

const Copies& copies();

}  // namespace tenon::cpu
