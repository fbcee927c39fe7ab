// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/normalize.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const int64_t groups = c.integer("num_groups", 0);
  if (groups < 1) return invalid("attribute num_groups is {}, expected at least 1", groups);
  if (c.rank(0) < 2) return invalid("data of rank {}, expected at least 2", c.rank(0));
  TENON_TRY(c.require(c.dim(0, 1) % groups == 0, "num_groups divides the channels"));
  TENON_TRY(c.require_equal(c.elements(1), c.dim(0, 1), "channels and scales"));
  TENON_TRY(c.require_equal(c.elements(2), c.dim(0, 1), "channels and biases"));
  return same_as_input(c);
}

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const int64_t rank = c.rank(0);
  const std::vector<Expr> dims = c.dims(0);
  const int64_t groups = c.integer("num_groups", 1);
  Expr each = dims[1] / groups;
  for (size_t i = 2; i < dims.size(); ++i) each = each * dims[i];
  const ValueId x = c.cast(c.input(0), wide(dtype));
  const ValueId grouped = reshape(c, x, {dims[0], c.number(groups), each});
  const Normalized n = normalize(c, grouped, {2}, c.real("epsilon", 1e-5));
  c.output(0, scale_and_shift(c, reshape(c, n.value, dims), along_axis(c, c.input(1), 1, rank),
                              along_axis(c, c.input(2), 1, rank), dtype));
  return {};
}

}  // namespace

Op group_normalization() {
  return {
      .name = "GroupNormalization",
      .doc = "Groups of channels of each example normalised together, then scaled by channel.",
      .inputs = {{"x", "float"}, {"scale", "float"}, {"bias", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"epsilon", 1e-5}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 4, 3, 5}}, {.dims = {4}}, {.dims = {4}}},
                   .attributes = {{"num_groups", 2}}}},
  };
}

}  // namespace tenon::ops
