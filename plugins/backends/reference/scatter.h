// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/reference/fold.h"
#include "tenon/kernels.h"

#include <cstring>

// What ScatterElements and ScatterND share: how an update meets the element that was there.
namespace tenon::reference {

enum class Update : uint8_t { replace, add, multiply, max, min };

inline Result<Update> update_named(std::string_view reduction) {
  if (reduction == "none") return Update::replace;
  if (reduction == "add") return Update::add;
  if (reduction == "mul") return Update::multiply;
  if (reduction == "max") return Update::max;
  if (reduction == "min") return Update::min;
  return unsupported("reduction \"{}\", known are none, add, mul, max, min", reduction);
}

template <class A>
A updated(Update update, A there, A value) {
  switch (update) {
    case Update::replace:
      return value;
    case Update::add:
      return wrapping_add(there, value);
    case Update::multiply:
      return wrapping_multiply(there, value);
    case Update::max:
      return larger(there, value);
    case Update::min:
      return smaller(there, value);
  }
  return value;
}

// match: reductions need numbers, plain replacement takes every type.
inline Status match_scatter(const NodeView& node) {
  TENON_TRY_ASSIGN(const Update update, update_named(node.attr_string("reduction", "none")));
  if (update == Update::replace || numeric_types.contains(node.input_dtype(0))) return {};
  return unsupported("reduction of {}, expected one of {}", name_of(node.input_dtype(0)),
                     to_text(numeric_types));
}

// Element i of an index tensor, counted from the end when negative. Fails the run and gives -1
// when it lies outside.
inline int64_t index_at(const KernelArguments& arguments, int64_t i, int64_t extent) {
  int64_t index = 0;
  widen(arguments.input_data(1), arguments.input_dtype(1), i, 1, &index);
  if (index >= -extent && index < extent) return index < 0 ? index + extent : index;
  arguments.fail(invalid("index {} at element {} lies outside an axis of {}", index, i, extent));
  return -1;
}

}  // namespace tenon::reference
