// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/masks.h"

#include "core/ops/framework/compose.h"

namespace tenon::ops {
namespace {

ValueId by_length(ExpandContext& c, ValueId lengths, Expr batch, Expr keys,
                  const Attributes& numbers) {
  const Expr one = c.number(1);
  const std::vector<Expr> column = {batch, one, one, one};
  const ValueId place = count_up(c, keys);
  if (!c.status().ok() || !c.dims_of(lengths)[0].same(batch * 2)) {
    return map(c, "j < n ? 0.0 : filter", {{"j", place}, {"n", reshape(c, lengths, column)}},
               DType::f32, numbers);
  }
  const ValueId ends = reshape(c, slice(c, lengths, 0, c.number(0), batch), column);
  const ValueId starts = reshape(c, slice(c, lengths, 0, batch, batch * 2), column);
  return map(c, "j >= start && j < end ? 0.0 : filter",
             {{"j", place}, {"start", starts}, {"end", ends}}, DType::f32, numbers);
}

}  // namespace

Result<ValueId> additive_mask(ExpandContext& c, size_t mask, size_t bias, Expr batch, Expr keys) {
  ValueId added = c.input(bias);
  if (!c.has(mask)) return added;
  const Attributes numbers = {{"filter", c.real("mask_filter_value", -10000)}};
  const std::vector<Expr> dims = c.dims(mask);
  ValueId marks = c.input(mask);
  ValueId hidden = no_id;
  if (dims.size() == 1) {
    hidden = by_length(c, marks, batch, keys, numbers);
  } else {
    if (dims.size() == 2) marks = reshape(c, marks, {dims[0], c.number(1), c.number(1), dims[1]});
    if (dims.size() == 3) marks = reshape(c, marks, {dims[0], c.number(1), dims[1], dims[2]});
    if (dims.size() > 4) return invalid("a mask of rank {}, expected at most 4", dims.size());
    hidden = map(c, "i32(m) > 0 ? 0.0 : filter", {{"m", marks}}, DType::f32, numbers);
  }
  if (added == no_id) return hidden;
  return map(c, "a + b", {{"a", hidden}, {"b", added}}, DType::f32);
}

ValueId pick(ExpandContext& c, ValueId x, int64_t axis, int64_t place) {
  const Expr begin = c.number(place);
  return c.add("Squeeze", {slice(c, x, axis, begin, begin + 1), c.integers({axis})});
}

}  // namespace tenon::ops
