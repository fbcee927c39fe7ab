// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/group_norms.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, gamma, beta, skip, bias };

Status infer(InferContext& c) {
  TENON_TRY(infer_groups(c));
  if (c.rank(skip) != 2 && c.rank(skip) != 4) {
    return invalid("skip of rank {}, expected 2 or 4", c.rank(skip));
  }
  c.output(1, c.dtype(x), c.dims(x));
  return {};
}

Status expand(ExpandContext& c) {
  const DType work = wide(c.dtype(x));
  const bool last = c.integer("channels_last", 1) != 0;
  const Expr one = c.number(1);
  ValueId skipped = c.input(skip);
  if (c.rank(skip) == 2) {
    const Expr batch = c.dim(skip, 0);
    const Expr channels = c.dim(skip, 1);
    skipped = last ? reshape(c, skipped, {batch, one, one, channels})
                   : reshape(c, skipped, {batch, channels, one, one});
  }
  ValueId sum = map(c, "x + s", {{"x", c.input(x)}, {"s", skipped}}, work);
  if (c.has(bias)) {
    sum = map(c, "x + b", {{"x", sum}, {"b", along_axis(c, c.input(bias), last ? 3 : 1, 4)}}, work);
  }
  if (c.wants(1)) c.output(1, c.cast(sum, c.dtype(x)));
  return expand_groups(c, sum);
}

}  // namespace

Op microsoft_skip_group_norm() {
  const SampleInput row = {.dims = {4}};
  return {
      .name = "SkipGroupNorm",
      .domain = "com.microsoft",
      .doc = "GroupNorm of x + skip + bias; output 1 is the sum.",
      .inputs = {{"x", "float"},
                 {"gamma", "float"},
                 {"beta", "float"},
                 {"skip", "float"},
                 {"bias", "float", optional_operand}},
      .outputs = {{"y", "float"}, {"sum", "float", optional_operand}},
      .attributes = {{"epsilon", 1e-5}, {"channels_last", 1}, {"activation", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 2, 4}}, row, row, {.dims = {2, 4}}, row},
                   .attributes = {{"groups", 2}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
