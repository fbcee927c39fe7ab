// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) != 4) return unsupported("{} spatial axes, expected 2", c.rank(0) - 2);
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, conv_dims(c, c.dims(0), c.dims(1)));
  c.output(0, c.dtype(0), dims);
  return {};
}

// The data where the windows look, times the filters.
Status expand(ExpandContext& c) {
  const int64_t group = c.integer("group", 1);
  const DType dtype = c.dtype(0);
  const std::vector<Expr> w = c.dims(1);
  const Expr batch = c.dim(0, 0);
  const ValueId columns =
      c.add("DeformColumns", {c.input(0), c.input(2), c.input(4)}, c.node().attributes);
  if (!c.status().ok()) return {};
  const std::vector<Expr> sizes = c.dims_of(columns);
  const Expr places = sizes[3] * sizes[4];
  const Expr inner = w[1] * w[2] * w[3];
  const ValueId x = reshape(c, columns, {batch, c.number(group), inner, places});
  const ValueId filters = reshape(c, c.input(1), {c.number(group), w[0] / group, inner});
  const ValueId y = reshape(c, c.add("MatMul", {filters, x}), {batch, w[0], sizes[3], sizes[4]});
  if (!c.has(3)) {
    c.output(0, y);
    return {};
  }
  c.output(0, map(c, "y + b", {{"y", y}, {"b", along_axis(c, c.input(3), 1, 4)}}, dtype));
  return {};
}

}  // namespace

Op deform_conv() {
  return {
      .name = "DeformConv",
      .doc = "Conv whose windows look at places moved by offsets, weighted by a mask.",
      .inputs = {{"x", "float"},
                 {"w", "float"},
                 {"offset", "float"},
                 {"b", "float", optional_operand},
                 {"mask", "float", optional_operand}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 2, 4, 4}},
                              {.dims = {3, 2, 2, 2}},
                              {.dims = {1, 8, 3, 3}},
                              {.dims = {3}},
                              {.dims = {1, 4, 3, 3}}}}},
  };
}

}  // namespace tenon::ops
