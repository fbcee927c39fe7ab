// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", -2, c.rank(0)));
  if (c.rank(0) != c.rank(1) || axis == 0) {
    return invalid("cache of rank {}, update of rank {}, axis {}", c.rank(0), c.rank(1), axis);
  }
  for (int64_t i = 0; i < c.rank(0); ++i) {
    if (i == axis) continue;
    TENON_TRY(c.require_equal(c.dim(0, i), c.dim(1, i), "sizes of the cache and the update"));
  }
  const std::string mode = c.text("mode", "linear");
  if (mode != "linear" && mode != "circular") {
    return invalid("mode \"{}\", expected linear or circular", mode);
  }
  c.set("axis", axis);
  return same_as_input(c);
}

Expr element(ElementContext& c) {
  const int64_t axis = c.integer("axis", 0);
  Index index = c.output_index();
  Expr& place = index[static_cast<size_t>(axis)];
  if (c.has(2)) place = place - c.load(2, {c.coordinate(0)});
  if (c.text("mode", "linear") == "circular") place = place % c.dim(0, axis);
  return c.load(1, index, place >= 0 && place < c.dim(1, axis), c.load(0));
}

}  // namespace

Op tensor_scatter() {
  return {
      .name = "TensorScatter",
      .doc = "A cache with an update written along an axis, from a place of each example's own.",
      .inputs = {{"past_cache"}, {"update"}, {"write_indices", "i64", optional_operand}},
      .outputs = {{"present_cache"}},
      .attributes = {{"axis", -2}, {"mode", "linear"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {2, 5, 3}},
                              {.dims = {2, 2, 3}},
                              {.dims = {2}, .dtype = DType::i64, .values = {1, 3}}}},
                  {.inputs = {{.dims = {2, 4, 3}},
                              {.dims = {2, 2, 3}},
                              {.dims = {2}, .dtype = DType::i64, .values = {3, 0}}},
                   .attributes = {{"mode", "circular"}}}},
  };
}

}  // namespace tenon::ops
