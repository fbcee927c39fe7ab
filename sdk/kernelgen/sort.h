// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "draft.h"

#include <functional>

// Sorting by merging, for templates that need an order. [any thread]
namespace tenon::kernelgen {

// Whether item i of a segment stands before item j. Items that stand before neither keep their
// order.
using Before = std::function<Value(Value segment, Value i, Value j)>;

struct Sorting {
  Expr segments;
  Expr length;  // items of each segment
  // Operands of segments * length elements of `dtype`: the order (which item stands at a place) and
  // memory for the way there.
  uint32_t order = 0;
  uint32_t spare = 0;
  DType dtype = DType::i32;
  // How a kernel compares; asked once for each kernel.
  std::function<Before(Draft&)> before;
};

// Adds the kernels that write the order.
void append_sort(const Work& work, Kernels& kernels, const Sorting& sorting);

}  // namespace tenon::kernelgen
