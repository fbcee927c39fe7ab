// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compact.h"
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// The most boxes that one class of one batch can give.
Result<Expr> most(const NodeContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> wanted, c.values(2));
  if (wanted.empty()) return c.number(0);
  if (wanted.size() != 1) {
    return invalid("max_output_boxes_per_class has {} elements, expected 1", wanted.size());
  }
  return minimum(maximum(wanted[0], c.number(0)), c.dim(0, 1));
}

Status infer(InferContext& c) {
  if (c.rank(0) != 3 || c.rank(1) != 3) {
    return invalid("boxes and scores of rank {} and {}, expected 3 and 3", c.rank(0), c.rank(1));
  }
  TENON_TRY(most(c).status());
  c.output(0, DType::i64, {c.found_size(1), c.number(3)});
  return {};
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Expr each, most(c));
  const std::vector<Expr> dims = {c.dim(1, 0), c.dim(1, 1), each};
  const ValueId selected = c.add(
      "SelectBoxes", {c.input(0), c.input(1), c.input(3), c.input(4)},
      {{"most", std::vector<Expr>{each}}, {"center_point_box", c.integer("center_point_box", 0)}});
  const Found found = find_nonzero(c, map(c, "s >= 0", {{"s", selected}}, DType::boolean));
  const ValueId places = slice(c, found.positions, 0, c.number(0), c.found_size(1));
  // [n, 3]: batch, class, box.
  const ValueId where = transpose(c, coordinates_of(c, places, dims), {1, 0});
  const ValueId box =
      c.add("Gather", {reshape(c, selected, {dims[0] * dims[1] * each}), places}, {{"axis", 0}});
  c.output(0,
           map(c, "coord(1) == 2 ? b : w",
               {{"b", reshape(c, box, {c.found_size(1), c.number(1)})}, {"w", where}}, DType::i64));
  c.output(1, found.count);
  return {};
}

}  // namespace

Op non_max_suppression() {
  return {
      .name = "NonMaxSuppression",
      .doc =
          "The boxes of each class that are left when those that overlap one of a greater score "
          "are passed over: rows of batch, class and box.",
      .inputs = {{"boxes", "f32"},
                 {"scores", "f32"},
                 {"max_output_boxes_per_class", "i64", optional_operand},
                 {"iou_threshold", "f32", optional_operand},
                 {"score_threshold", "f32", optional_operand}},
      .outputs = {{"selected_indices", "i64"}, {"count", "i64", optional_operand}},
      .attributes = {{"center_point_box", 0}},
      .infer = infer,
      .shape_operands = {2},
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 6, 4}, .low = 0, .high = 1},
                              {.dims = {2, 3, 6}, .low = 0, .high = 1},
                              {.dims = {1}, .dtype = DType::i64, .values = {3}},
                              {.dims = {1}, .values = {0.3}},
                              {.dims = {1}, .values = {0.2}}}}},
  };
}

}  // namespace tenon::ops
