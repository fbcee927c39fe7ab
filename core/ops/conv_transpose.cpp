// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) > 5) return unsupported("{} spatial axes, at most 3", c.rank(0) - 2);
  const std::vector<Expr> data = c.dims(0);
  const std::vector<Expr> weights = c.dims(1);
  if (data.size() < 3 || data.size() != weights.size()) {
    return invalid("data of rank {} and weights of rank {}, expected the same, at least 3",
                   data.size(), weights.size());
  }
  const int64_t group = c.integer("group", 1);
  if (group < 1) return invalid("group is {}, expected at least 1", group);
  c.set("group", group);
  TENON_TRY(c.require_equal(data[1], weights[0], "channels of the data and the weights"));
  TENON_TRY(c.require(weights[0] % group == 0, "group divides the number of channels"));
  TENON_TRY_ASSIGN(const std::vector<Expr> spatial,
                   slide_back(c, data, {weights.begin() + 2, weights.end()}));
  std::vector<Expr> dims = {data[0], weights[1] * group};
  dims.insert(dims.end(), spatial.begin(), spatial.end());
  if (c.has(2)) TENON_TRY(c.require_equal(c.elements(2), dims[1], "biases and output channels"));
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op conv_transpose() {
  return {
      .name = "ConvTranspose",
      .doc = "The gradient of Conv with respect to its input, as an upsampling convolution.",
      .inputs = {{"x", "numeric"}, {"w", "numeric"}, {"b", "numeric", optional_operand}},
      .outputs = {{"y", "numeric"}},
      .infer = infer,
      .primitive = true,
      .samples = {{.inputs = {{.dims = {1, 3, 4, 5}}, {.dims = {3, 2, 3, 3}}, {.dims = {2}}},
                   .attributes = {{"strides", std::vector<int64_t>{2, 2}},
                                  {"pads", std::vector<int64_t>{1, 1, 1, 1}},
                                  {"output_padding", std::vector<int64_t>{1, 1}}}},
                  {.inputs = {{.dims = {2, 4, 5}}, {.dims = {4, 1, 3}}},
                   .attributes = {{"group", 2}}}},
  };
}

}  // namespace tenon::ops
