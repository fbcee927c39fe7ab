// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) != 2 || c.rank(1) != 2) {
    return invalid("tokens and places of rank {} and {}, expected 2", c.rank(0), c.rank(1));
  }
  c.output(0, c.dtype(0), {c.dim(1, 0), c.dim(1, 1), c.dim(0, 1)});
  return {};
}

Status expand(ExpandContext& c) {
  const Expr count = c.dim(0, 0);
  const Expr width = c.dim(0, 1);
  const Expr all = c.dim(1, 0) * c.dim(1, 1);
  const ValueId places = slice(c, reshape(c, c.input(1), {all}), 0, c.number(0), count);
  const ValueId rows = c.add("Expand", {c.scalar(0, c.dtype(0)), c.sizes({all, width})});
  const ValueId index = reshape(c, c.cast(places, DType::i64), {count, c.number(1)});
  const ValueId y = c.add("ScatterND", {rows, index, c.input(0)});
  c.output(0, reshape(c, y, {c.dim(1, 0), c.dim(1, 1), width}));
  return {};
}

}  // namespace

Op microsoft_restore_padding() {
  return {
      .name = "RestorePadding",
      .domain = "com.microsoft",
      .doc = "Tokens put back to their places in a batch; 0 where there is none.",
      .inputs = {{"input", "float"}, {"token_offset", "i32"}},
      .outputs = {{"output", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}},
                              {.dims = {2, 2}, .dtype = DType::i32, .values = {0, 1, 2, 3}}}}},
  };
}

}  // namespace tenon::ops
