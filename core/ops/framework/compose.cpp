// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"

#include <numeric>
#include <string>
#include <utility>

namespace tenon::ops {
namespace {

ValueId add_reduce(ExpandContext& c, std::string_view mode, ValueId x, std::vector<int64_t> axes,
                   int64_t keepdims) {
  return c.add("Reduce", {x},
               {{"mode", std::string(mode)}, {"axes", std::move(axes)}, {"keepdims", keepdims}});
}

}  // namespace

ValueId map(ExpandContext& c, std::string_view formula, Operands operands, DType dtype,
            Attributes numbers) {
  std::vector<std::string> names;
  std::vector<ValueId> values;
  for (const auto& [name, value] : operands) {
    names.emplace_back(name);
    values.push_back(value);
  }
  Attributes attributes = std::move(numbers);
  attributes["formula"] = std::string(formula);
  attributes["operands"] = std::move(names);
  attributes["dtype"] = static_cast<int64_t>(dtype);
  const std::vector<ValueId> made = c.add_many("Map", values, std::move(attributes), 1);
  return made.empty() ? no_id : made.front();
}

ValueId reduce(ExpandContext& c, std::string_view mode, ValueId x, std::vector<int64_t> axes) {
  return add_reduce(c, mode, x, std::move(axes), 1);
}

ValueId reduce_away(ExpandContext& c, std::string_view mode, ValueId x, std::vector<int64_t> axes) {
  return add_reduce(c, mode, x, std::move(axes), 0);
}

ValueId reshape(ExpandContext& c, ValueId x, const std::vector<Expr>& dims) {
  return c.add("Reshape", {x, c.sizes(dims)}, {{"allowzero", 1}});
}

ValueId transpose(ExpandContext& c, ValueId x, std::vector<int64_t> perm) {
  return c.add("Transpose", {x}, {{"perm", std::move(perm)}});
}

ValueId slice(ExpandContext& c, ValueId x, int64_t axis, Expr begin, Expr end) {
  return c.add("Slice", {x, c.sizes({begin}), c.sizes({end}), c.integers({axis})});
}

ValueId count_up(ExpandContext& c, Expr count) {
  const ValueId size = c.add("Squeeze", {c.sizes({count}), c.integers({0})});
  return c.add("Range", {c.scalar(0, DType::i64), size, c.scalar(1, DType::i64)});
}

ValueId along_axis(ExpandContext& c, ValueId vector, int64_t axis, int64_t rank) {
  if (!c.status().ok() || c.dims_of(vector).empty()) return vector;
  std::vector<Expr> dims(static_cast<size_t>(rank), c.number(1));
  dims[static_cast<size_t>(axis)] = c.dims_of(vector).front();
  return reshape(c, vector, dims);
}

std::vector<int64_t> axes_between(int64_t begin, int64_t end) {
  std::vector<int64_t> axes(static_cast<size_t>(end > begin ? end - begin : 0));
  std::iota(axes.begin(), axes.end(), begin);
  return axes;
}

}  // namespace tenon::ops
