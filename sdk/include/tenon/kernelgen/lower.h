// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/expr.h"
#include "tenon/kernelgen/memory.h"
#include "tenon/status.h"

#include <functional>
#include <optional>
#include <span>

// Element formulas (abi/draft/expr.h) to KIR. Indices are computed in 32 bits wherever their range
// is known to allow it; every load that cannot be shown to lie inside its operand is guarded.
namespace tenon::kir {

struct Loadable {
  Tensor tensor;
  Value elements;            // u32
  int64_t known = -1;        // elements, when the same for every run
  bool like_output = false;  // as many elements as the output
};

// Where the formula finds what it reads.
struct Surroundings {
  std::span<const tenon_expr> rows;
  // i32 coordinate of the thread's element, and its largest value.
  std::function<Value(int64_t axis)> coordinate;
  std::function<int64_t(int64_t axis)> coordinate_limit;
  Value linear;  // i32
  int64_t linear_limit = INT32_MAX;
  std::function<Result<Loadable>(int64_t operand)> operand;
  // A value that is the same for all elements of a run.
  std::function<Result<Value>(int32_t row)> uniform;
  std::function<bool(int32_t row)> is_uniform;
  bool has_f64 = true;
  // The element of an operand that is computed here; nothing when it lies in memory. index_row: the
  // row of the index, negative for the element's own place; index: its value, i32.
  std::function<std::optional<Result<Value>>(int64_t operand, int32_t index_row, Value index)>
      inlined = {};
};

// The element.
Result<Value> lower(const Surroundings& around, int32_t root);

}  // namespace tenon::kir
