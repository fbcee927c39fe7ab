// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <string_view>
#include <vector>

// The notation of Einsum.
namespace tenon::ops {

// One number per axis. Letters are their codes; the axes of an ellipsis are negative, counted
// from the last one: ..., -2, -1.
using Labels = std::vector<int>;

struct Equation {
  std::vector<Labels> inputs;
  Labels output;
};

// ranks: of the operands, to know how many axes each ellipsis stands for.
Result<Equation> parse_equation(std::string_view text, const std::vector<int64_t>& ranks);

}  // namespace tenon::ops
