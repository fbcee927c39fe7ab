// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "draft.h"

#include <functional>

// Index arithmetic that templates share. [any thread]
namespace tenon::kernelgen {

// The coordinates of a flat index, last axis fastest. No extent may be 0.
std::vector<Value> digits(Value flat, std::span<const Value> extents);
// The flat index of coordinates.
Value flatten(std::span<const Value> coordinates, std::span<const Value> extents);
// One loop inside another, outermost first; body gets the counters.
void nest(kir::Builder& builder, std::span<const Value> extents,
          const std::function<void(std::span<const Value>)>& body);

// A tensor seen from one axis: [outer, extent, inner].
struct AxisSplit {
  Expr outer;
  Expr extent;
  Expr inner;
};
Result<AxisSplit> split_at(const Work& work, std::span<const Expr> dims, int64_t axis);

// The extents as arguments of the kernel.
std::vector<Value> arguments(Draft& draft, std::span<const Expr> extents);

// The type sums, products and extremes are computed in.
inline Type accumulator(DType dtype) { return type_of(dtype); }
// The least and greatest value of a dtype, infinite for floats.
Value lowest(kir::Builder& builder, DType dtype);
Value highest(kir::Builder& builder, DType dtype);
// The larger or smaller; NaN when either is.
Value larger(Value best, Value value);
Value smaller(Value best, Value value);
// A bool as 0 or 1, others as they are.
inline Value number_of(Value x) {
  return x.type() == Type::boolean ? x.builder().cast(x, Type::i32) : x;
}
// a + b and a * b in floats, wrapping in integers.
Value sum_of(Value a, Value b);
Value product_of(Value a, Value b);

}  // namespace tenon::kernelgen
