// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

#include <span>

namespace tenon::kir {

// c[0] + c[1] x + c[2] x^2 + ..., innermost first.
inline Value polynomial(std::span<const double> coefficients, Value x) {
  Value sum = x.builder().real(coefficients.back(), x.type());
  for (size_t i = coefficients.size() - 1; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

}  // namespace tenon::kir
