// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/arguments.h"
#include "tenon/tenon.hpp"

#include <optional>
#include <string>

// Whether a result is what was expected, by the rule of numpy.allclose. [any thread]
namespace tenon::cli {

struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-7;
  // f16 and bf16 are allowed what rounding to them may cost: 2e-3 and 1e-3, 1.6e-2 and 1e-2.
  bool rounded_halves = false;
};

// What --rtol, --atol and --rounded-halves say.
Tolerance tolerance_of(const Arguments& arguments);

// Nothing when got equals expected: same type, same dims, and for every element
// |got - expected| <= absolute + relative * |expected|; NaN equals NaN, infinity itself. Else where
// they differ most and by how much.
std::optional<std::string> difference(const Tensor& got, const Tensor& expected,
                                      const Tolerance& tolerance);

}  // namespace tenon::cli
