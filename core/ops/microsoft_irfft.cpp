// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Result<std::vector<Expr>> result_dims(const NodeContext& c) {
  if (c.integer("signal_ndim", 1) != 1) return unsupported("a signal of several axes");
  if (c.rank(0) < 2) return invalid("input of rank {}, expected 2 or more", c.rank(0));
  std::vector<Expr> dims(c.dims(0).begin(), c.dims(0).end() - 1);
  dims.back() = (dims.back() - 1) * 2;
  return dims;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, result_dims(c));
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, result_dims(c));
  std::vector<Expr> from = c.dims(0);
  if (c.rank(0) == 2) from.insert(from.begin(), c.number(1));
  const ValueId y = c.add("DFT", {reshape(c, c.input(0), from)}, {{"inverse", 1}, {"onesided", 1}});
  c.output(0, reshape(c, y, dims));
  return {};
}

}  // namespace

Op microsoft_irfft() {
  return {
      .name = "Irfft",
      .domain = "com.microsoft",
      .doc = "Real numbers along the last axis from the first half of their Fourier transform.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 4, 2}}}}},
  };
}

}  // namespace tenon::ops
