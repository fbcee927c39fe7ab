// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"

#include <cmath>
#include <limits>

// Folding many elements into one: sums, products and extremes of the accumulator types. Extremes
// give NaN when any element is NaN.
namespace tenon::reference {

enum class Fold : uint8_t { sum, mean, prod, max, min };

inline Result<Fold> fold_named(std::string_view mode) {
  if (mode == "sum") return Fold::sum;
  if (mode == "mean") return Fold::mean;
  if (mode == "prod") return Fold::prod;
  if (mode == "max") return Fold::max;
  if (mode == "min") return Fold::min;
  return unsupported("mode \"{}\", known are sum, mean, prod, max, min", mode);
}

template <class A>
bool is_nan(A value) {
  if constexpr (std::is_floating_point_v<A>) return std::isnan(value);
  return false;
}

template <class A>
A larger(A best, A value) {
  return value > best || is_nan(value) ? value : best;
}
template <class A>
A smaller(A best, A value) {
  return value < best || is_nan(value) ? value : best;
}

// The least and greatest value of an element type, infinite for floats.
template <class A>
A lowest_of(DType dtype) {
  if (is_float(dtype)) return static_cast<A>(-std::numeric_limits<double>::infinity());
  if (dtype == DType::boolean || !facts(dtype).is_signed) return A{0};
  return static_cast<A>(-(int64_t{1} << (facts(dtype).bits - 2)) * 2);
}
template <class A>
A highest_of(DType dtype) {
  if (is_float(dtype)) return static_cast<A>(std::numeric_limits<double>::infinity());
  if (dtype == DType::boolean) return A{1};
  const int bits = facts(dtype).bits - (facts(dtype).is_signed ? 1 : 0);
  return static_cast<A>(~uint64_t{0} >> (64 - bits));
}

// What an empty set folds to.
template <class A>
A start_of(Fold fold, DType dtype) {
  switch (fold) {
    case Fold::prod:
      return A{1};
    case Fold::max:
      return lowest_of<A>(dtype);
    case Fold::min:
      return highest_of<A>(dtype);
    default:
      return A{0};
  }
}

}  // namespace tenon::reference
