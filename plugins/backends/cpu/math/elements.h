// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/expr.h"

#include <cstddef>
#include <cstdint>

// Operations of formulas on strips of elements. A strip is a run of f32 (f32), int32_t (bool as 0
// or 1, i32, u32) or int64_t (i64); out may be one of the operands. [any thread]
namespace tenon::cpu {

using StripStep = void (*)(void* out, const void* a, const void* b, const void* c, int64_t count);

// Which operands of a step of two are one element for the whole strip.
enum StripForm : size_t { both_vary, second_is_one, first_is_one, strip_forms };

// Operations that are several of the language, beside TENON_EXPR_*.
enum : uint16_t {
  strip_sigmoid = TENON_EXPR_SELECT + 1,  // 1 / (1 + exp(-a))
  strip_swish,                            // a / (1 + exp(-a))
  strip_gelu,                             // a * (1 + erf(a * sqrt(1/2))) / 2
  strip_square,                           // a * a
  strip_ops
};

constexpr size_t strip_types = TENON_TYPE_F64 + 1;

struct Elements {
  // By operation and type of the operands; null where there is none. SELECT is by the type that is
  // chosen; CAST is not here.
  StripStep steps[strip_ops][strip_types][strip_forms];
  StripStep casts[strip_types][strip_types];  // to, from
  StripStep spread[2];                        // one element to many: of 4, of 8 bytes
  // a * b + c of f32.
  StripStep multiply_add;
  // out[r][i] = base + r * row_step + i * step
  void (*index)(int64_t base, int64_t row_step, int64_t step, int64_t rows, int64_t count,
                int64_t* out);
};

const Elements& elements();

}  // namespace tenon::cpu
