// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/base.h"

#include <cstdint>

// Strips from and to tensors, one function for each element type. What a strip holds of it: f32 for
// floats, int32_t for bool and integers of up to 32 bits, int64_t for i64. [any thread]
namespace tenon::cpu {

// out[r * count + i] = element first + r * row_step + i * step; all of them exist.
using ReadStrip = void (*)(const void* data, int64_t first, int64_t row_step, int64_t step,
                           int64_t rows, int64_t count, void* out);
// out[i] = element index[i], zero where there is none.
using GatherStrip = void (*)(const void* data, int64_t elements, const int64_t* index,
                             int64_t count, void* out);
// Element first + r * row_step + i * step = in[r * count + i].
using WriteStrip = void (*)(void* data, int64_t first, int64_t row_step, int64_t step, int64_t rows,
                            int64_t count, const void* in);

constexpr uint32_t transfer_dtypes = 32;

// Null for types that have none.
struct Transfer {
  ReadStrip read[transfer_dtypes];
  GatherStrip gather[transfer_dtypes];
  WriteStrip write[transfer_dtypes];
};

const Transfer& transfer();

}  // namespace tenon::cpu
