// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <cstdint>
#include <vector>

// Constants that an expansion adds to the graph, and numbers that operators keep in attributes of
// more than one kind.
namespace tenon::ops {

// A constant of the given elements, rounded to the type. dims multiply to their number.
ValueId constant(ExpandContext& c, DType dtype, std::vector<int64_t> dims,
                 const std::vector<double>& elements);
ValueId constant(ExpandContext& c, DType dtype, std::vector<int64_t> dims,
                 const std::vector<int64_t>& elements);
// A 1-D one.
template <class T>
ValueId vector_constant(ExpandContext& c, DType dtype, const std::vector<T>& elements) {
  return constant(c, dtype, {static_cast<int64_t>(elements.size())}, elements);
}

// The elements of attribute `name`, a tensor or a list; none when the node has no such attribute.
Result<std::vector<double>> reals_of(const NodeContext& c, std::string_view name);
Result<std::vector<int64_t>> integers_of(const NodeContext& c, std::string_view name);

}  // namespace tenon::ops
