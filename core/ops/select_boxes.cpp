// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) != 3 || c.rank(1) != 3) {
    return invalid("boxes and scores of rank {} and {}, expected 3 and 3", c.rank(0), c.rank(1));
  }
  TENON_TRY(c.require_equal(c.dim(0, 0), c.dim(1, 0), "batches of boxes and scores"));
  TENON_TRY(c.require_equal(c.dim(0, 1), c.dim(1, 2), "boxes and scores"));
  TENON_TRY(c.require_equal(c.dim(0, 2), c.number(4), "numbers of a box"));
  for (const size_t threshold : {size_t{2}, size_t{3}}) {
    if (!c.has(threshold)) continue;
    TENON_TRY(c.require_equal(c.elements(threshold), c.number(1), "elements of a threshold"));
  }
  const std::vector<Expr> most = c.sizes("most");
  if (most.size() != 1) return invalid("attribute most has {} entries, expected 1", most.size());
  c.set("center_point_box", c.integer("center_point_box", 0));
  c.output(0, DType::i64, {c.dim(1, 0), c.dim(1, 1), most[0]});
  return {};
}

}  // namespace

Op select_boxes() {
  return {
      .name = "SelectBoxes",
      .doc =
          "For each class of each batch the boxes that are left when, from the greatest score "
          "down, those that overlap a chosen one by more than a threshold are passed over; their "
          "indices, followed by -1.",
      .inputs = {{"boxes", "f32"},
                 {"scores", "f32"},
                 {"iou_threshold", "f32", optional_operand},
                 {"score_threshold", "f32", optional_operand}},
      .outputs = {{"selected", "i64"}},
      .infer = infer,
      .primitive = true,
      .samples = {{.inputs = {{.dims = {2, 6, 4}, .low = 0, .high = 1},
                              {.dims = {2, 3, 6}, .low = 0, .high = 1},
                              {.dims = {1}, .values = {0.3}},
                              {.dims = {1}, .values = {0.2}}},
                   .attributes = {{"most", std::vector<int64_t>{4}}}},
                  {.inputs = {{.dims = {1, 5, 4}, .low = 0.5, .high = 2},
                              {.dims = {1, 1, 5}},
                              {.dims = {}, .values = {0.5}}},
                   .attributes = {{"most", std::vector<int64_t>{5}}, {"center_point_box", 1}}}},
  };
}

}  // namespace tenon::ops
