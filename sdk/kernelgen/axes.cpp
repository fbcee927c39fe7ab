// SPDX-License-Identifier: Apache-2.0
#include "axes.h"

#include <fmt/format.h>

#include <limits>

namespace tenon::kernelgen {

std::vector<Value> digits(Value flat, std::span<const Value> extents) {
  std::vector<Value> all(extents.size());
  for (size_t i = extents.size(); i-- > 0;) {
    if (i == 0) {
      all[i] = flat;
      break;
    }
    all[i] = flat % extents[i];
    flat = flat / extents[i];
  }
  return all;
}

Value flatten(std::span<const Value> coordinates, std::span<const Value> extents) {
  Value flat = coordinates[0];
  for (size_t i = 1; i < coordinates.size(); ++i) flat = flat * extents[i] + coordinates[i];
  return flat;
}

namespace {

void nest_from(kir::Builder& builder, std::span<const Value> extents, std::vector<Value>& counters,
               const std::function<void(std::span<const Value>)>& body) {
  if (counters.size() == extents.size()) return body(counters);
  builder.loop(extents[counters.size()], [&](Value counter) {
    counters.push_back(counter);
    nest_from(builder, extents, counters, body);
    counters.pop_back();
  });
}

}  // namespace

void nest(kir::Builder& builder, std::span<const Value> extents,
          const std::function<void(std::span<const Value>)>& body) {
  std::vector<Value> counters;
  nest_from(builder, extents, counters, body);
}

Result<AxisSplit> split_at(const Work& work, std::span<const Expr> dims, int64_t axis) {
  if (axis < 0 || static_cast<size_t>(axis) >= dims.size()) {
    return work.refuse(fmt::format("axis {} of a tensor of rank {}", axis, dims.size()));
  }
  const auto at = static_cast<size_t>(axis);
  ExprPool& pool = work.island().pool();
  return AxisSplit{product(pool, dims.first(at)), dims[at], product(pool, dims.subspan(at + 1))};
}

std::vector<Value> arguments(Draft& draft, std::span<const Expr> extents) {
  std::vector<Value> all;
  for (const Expr& extent : extents) all.push_back(draft.argument(extent));
  return all;
}

namespace {

int64_t least_integer(DType dtype) {
  const DTypeFacts& known = facts(dtype);
  if (dtype == DType::boolean || !known.is_signed) return 0;
  return -(int64_t{1} << (known.bits - 2)) * 2;
}

int64_t greatest_integer(DType dtype) {
  if (dtype == DType::boolean) return 1;
  const int bits = facts(dtype).bits - (facts(dtype).is_signed ? 1 : 0);
  return static_cast<int64_t>(~uint64_t{0} >> (64 - bits));
}

}  // namespace

Value lowest(kir::Builder& builder, DType dtype) {
  const Type type = type_of(dtype);
  if (is_float(type)) return builder.real(-std::numeric_limits<double>::infinity(), type);
  return builder.integer(least_integer(dtype), type);
}

Value highest(kir::Builder& builder, DType dtype) {
  const Type type = type_of(dtype);
  if (is_float(type)) return builder.real(std::numeric_limits<double>::infinity(), type);
  return builder.integer(greatest_integer(dtype), type);
}

Value larger(Value best, Value value) {
  if (value.type() == Type::boolean) return best | value;
  if (!is_float(value.type())) return value.builder().binary(kir::Op::max, best, value);
  return value.builder().select((value > best) | (value != value), value, best);
}

Value smaller(Value best, Value value) {
  if (value.type() == Type::boolean) return best & value;
  if (!is_float(value.type())) return value.builder().binary(kir::Op::min, best, value);
  return value.builder().select((value < best) | (value != value), value, best);
}

Value sum_of(Value a, Value b) {
  return is_float(a.type()) ? a + b : a.builder().wrapping(kir::Op::add, a, b);
}
Value product_of(Value a, Value b) {
  return is_float(a.type()) ? a * b : a.builder().wrapping(kir::Op::mul, a, b);
}

}  // namespace tenon::kernelgen
