// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"

#include <cstdint>

// Strips of registers from and to tensors: one function for each element type, chosen once a run.
// Registers are int64_t for integers, float or double for floats. [any thread]
namespace tenon::strip {

// out[i] = element first + i * step; all of them exist.
using Read = void (*)(const void* data, int64_t first, int64_t step, int64_t count, void* out);
// out[i] = element index[i], zero where there is none.
using Gather = void (*)(const void* data, int64_t elements, const int64_t* index, int64_t count,
                        void* out);
// element first + i = in[i].
using Write = void (*)(void* data, int64_t first, int64_t count, const void* in);

struct Memory {
  Read read;
  Gather gather;
  Write write;
};

// single: floats are in float registers. An unknown type reads as zeros and writes nothing.
Memory memory_of(DType dtype, bool single);

}  // namespace tenon::strip
