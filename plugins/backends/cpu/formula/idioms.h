// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/formula/forms.h"

#include <cstdint>
#include <vector>

// Sums of rows that are one operation of strips: sigmoid, swish, gelu, squares. [any thread]
namespace tenon::cpu {

struct Idiom {
  uint16_t op = 0;  // of strips, 0: none
  int32_t operand = -1;
};

// For each row of the formula.
std::vector<Idiom> find_idioms(const FormulaRows& formula, const Forms& forms);

}  // namespace tenon::cpu
