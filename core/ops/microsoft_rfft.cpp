// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.integer("signal_ndim", 1) != 1) return unsupported("a signal of several axes");
  if (c.rank(0) < 1) return invalid("a scalar input, expected rank 1 or more");
  std::vector<Expr> dims = c.dims(0);
  dims.back() = floor_div(dims.back(), c.number(2)) + 1;
  dims.push_back(c.number(2));
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const int64_t rank = c.rank(0);
  std::vector<Expr> dims = c.dims(0);
  dims.push_back(c.number(1));
  // Rank 1 has no axis beside the signal, which the transform wants.
  if (rank == 1) dims.insert(dims.begin(), c.number(1));
  const ValueId y = c.add("DFT", {reshape(c, c.input(0), dims)}, {{"onesided", 1}});
  std::vector<Expr> result = c.dims(0);
  result.back() = floor_div(result.back(), c.number(2)) + 1;
  result.push_back(c.number(2));
  c.output(0, reshape(c, y, result));
  return {};
}

}  // namespace

Op microsoft_rfft() {
  return {
      .name = "Rfft",
      .domain = "com.microsoft",
      .doc = "The first half of the Fourier transform of real numbers along the last axis.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 6}}}}},
  };
}

}  // namespace tenon::ops
