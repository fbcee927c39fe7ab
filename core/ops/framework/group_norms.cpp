// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/group_norms.h"

#include "core/ops/framework/channels.h"
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {

Status infer_groups(InferContext& c) {
  if (c.rank(0) != 4) return invalid("data of rank {}, expected 4", c.rank(0));
  const int64_t groups = c.integer("groups", 0);
  if (groups < 1) return invalid("attribute groups is {}, expected at least 1", groups);
  const int64_t activation = c.integer("activation", 0);
  if (activation != 0 && activation != 1) return invalid("activation {}", activation);
  const Expr channels = c.dim(0, c.integer("channels_last", 1) != 0 ? 3 : 1);
  TENON_TRY(c.require(channels % groups == 0, "groups divides the channels"));
  TENON_TRY(c.require_equal(c.elements(1), channels, "channels and scales"));
  TENON_TRY(c.require_equal(c.elements(2), channels, "channels and biases"));
  return same_as_input(c);
}

Status expand_groups(ExpandContext& c, ValueId sum) {
  const DType dtype = c.dtype(0);
  const bool last = c.integer("channels_last", 1) != 0;
  const ValueId x = last ? channels_first(c, sum) : sum;
  const ValueId y =
      c.add("GroupNormalization", {x, c.input(1), c.input(2)},
            {{"num_groups", c.integer("groups", 1)}, {"epsilon", c.real("epsilon", 1e-5)}});
  const bool silu = c.integer("activation", 0) != 0;
  const ValueId active = map(c, silu ? "x / (1 + exp(-x))" : "x", {{"x", y}}, dtype);
  c.output(0, last ? channels_last(c, active) : active);
  return {};
}

}  // namespace tenon::ops
