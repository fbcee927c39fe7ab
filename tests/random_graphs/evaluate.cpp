// SPDX-License-Identifier: Apache-2.0
#include "tests/random_graphs/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenon::random_graphs {

namespace {

struct Format {
  int digits;    // of the significand, the hidden one included
  int smallest;  // exponent of the smallest normal number
  Real largest;
};

Format format_of(DType dtype) {
  switch (dtype) {
    case DType::f16:
      return {11, -14, 65504};
    case DType::bf16:
      return {8, -126, std::ldexp(Real{255}, 120)};
    case DType::f64:
      return {53, -1022, std::numeric_limits<double>::max()};
    default:
      return {24, -126, std::numeric_limits<float>::max()};
  }
}

// To the nearest number of the format, ties to even.
Real rounded(DType dtype, Real x) {
  if (!std::isfinite(x) || x == 0) return x;
  const Format format = format_of(dtype);
  int exponent = 0;
  std::frexp(x, &exponent);
  const int unit = std::max(exponent, format.smallest + 1) - format.digits;
  const Real y = std::ldexp(std::nearbyint(std::ldexp(x, -unit)), unit);
  return std::fabs(y) > format.largest ? std::copysign(Real{INFINITY}, y) : y;
}

}  // namespace

Real epsilon(DType dtype) { return std::ldexp(Real{1}, -format_of(dtype).digits); }

Real lowest(DType dtype) {
  if (is_float(dtype)) return -INFINITY;
  if (dtype == DType::boolean || !facts(dtype).is_signed) return 0;
  return -std::ldexp(Real{1}, facts(dtype).bits - 1);
}

Real highest(DType dtype) {
  if (is_float(dtype)) return INFINITY;
  if (dtype == DType::boolean) return 1;
  return std::ldexp(Real{1}, facts(dtype).bits - (facts(dtype).is_signed ? 1 : 0)) - 1;
}

Real wrapped(DType dtype, Wide value) {
  const Wide range = Wide{1} << facts(dtype).bits;
  Wide low = value % range;
  if (low < 0) low += range;
  if (facts(dtype).is_signed && low >= range / 2) low -= range;
  return static_cast<Real>(low);
}

void settle(Value& value, size_t i, Real exact, Real error, Real ulps) {
  if (!is_float(value.dtype)) {
    value.x[i] = exact;
    value.error[i] = error == 0 ? Real{0} : Real{INFINITY};
    return;
  }
  const Real y = rounded(value.dtype, exact);
  value.x[i] = y;
  if (!std::isfinite(y)) {
    const bool same = std::isnan(exact) || std::isinf(exact) ||
                      std::fabs(exact) - error > 2 * format_of(value.dtype).largest;
    value.error[i] = same && error == 0 ? Real{0} : same ? error : Real{INFINITY};
    return;
  }
  const Real smallest = std::ldexp(Real{1}, format_of(value.dtype).smallest);
  const Real near_zero = ulps > 0 ? epsilon(value.dtype) * 2 : smallest;
  const Real off = error + (2 * ulps + 1) * epsilon(value.dtype) * std::fabs(y) + near_zero;
  const bool may_overflow = std::fabs(y) + off > format_of(value.dtype).largest;
  value.error[i] = may_overflow ? Real{INFINITY} : off;
}

Dims broadcast(const Dims& a, const Dims& b) {
  Dims dims(std::max(a.size(), b.size()), 1);
  for (const Dims* from : {&a, &b}) {
    for (size_t i = 0; i < from->size(); ++i) {
      int64_t& extent = dims[dims.size() - from->size() + i];
      if ((*from)[i] != 1) extent = (*from)[i];
    }
  }
  return dims;
}

Dims index_of(const Dims& dims, size_t i) {
  Dims index(dims.size());
  for (size_t axis = dims.size(); axis-- > 0;) {
    const auto extent = static_cast<size_t>(dims[axis]);
    index[axis] = static_cast<int64_t>(i % extent);
    i /= extent;
  }
  return index;
}

size_t place_of(const Dims& dims, const Dims& index) {
  size_t place = 0;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    place = place * static_cast<size_t>(dims[axis]) + static_cast<size_t>(index[axis]);
  }
  return place;
}

size_t source_of(const Dims& from, const Dims& index) {
  Dims own(from.size());
  for (size_t axis = 0; axis < from.size(); ++axis) {
    own[axis] = from[axis] == 1 ? 0 : index[index.size() - from.size() + axis];
  }
  return place_of(from, own);
}

std::vector<Value> evaluate(const Node& node, const std::vector<const Value*>& operands,
                            const Accuracy& accuracy) {
  std::vector<Value> made = elementwise(node, operands, accuracy);
  if (made.empty()) made = movement(node, operands);
  if (made.empty()) made = reductions(node, operands, accuracy);
  if (node.op == accuracy.planted) {
    for (Value& value : made) {
      for (Real& x : value.x) x += 1;
    }
  }
  return made;
}

void evaluate(Graph& graph, const Accuracy& accuracy) {
  for (const Node& node : graph.nodes) {
    std::vector<const Value*> operands;
    for (const size_t input : node.inputs) {
      operands.push_back(input == omitted ? nullptr : &graph.slots[input].value);
    }
    std::vector<Value> made = evaluate(node, operands, accuracy);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      graph.slots[node.outputs[i]].value = std::move(made[i]);
    }
  }
}

}  // namespace tenon::random_graphs
