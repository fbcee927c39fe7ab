// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) > 5) return unsupported("{} spatial axes, at most 3", c.rank(0) - 2);
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, conv_dims(c, c.dims(0), c.dims(1)));
  if (c.has(2)) {
    if (c.rank(2) != 1) return invalid("a bias of rank {}, expected 1", c.rank(2));
    TENON_TRY(c.require_equal(c.dim(2, 0), dims[1], "biases and output channels"));
  }
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op conv() {
  return {
      .name = "Conv",
      .doc = "Cross-correlation of x with the filters w, plus a bias per output channel.",
      .inputs = {{"x", "numeric"}, {"w", "numeric"}, {"b", "numeric", optional_operand}},
      .outputs = {{"y", "numeric"}},
      .infer = infer,
      .primitive = true,
      .samples = {{.inputs = {{.dims = {1, 3, 7, 6}}, {.dims = {4, 3, 3, 3}}, {.dims = {4}}},
                   .attributes = {{"pads", std::vector<int64_t>{1, 1, 1, 1}}}},
                  {.inputs = {{.dims = {2, 4, 8, 8}}, {.dims = {4, 2, 3, 3}}},
                   .attributes = {{"group", 2},
                                  {"strides", std::vector<int64_t>{2, 2}},
                                  {"auto_pad", "SAME_UPPER"}}},
                  {.inputs = {{.dims = {1, 2, 9}}, {.dims = {3, 2, 3}}},
                   .attributes = {{"dilations", std::vector<int64_t>{2}}}}},
  };
}

}  // namespace tenon::ops
