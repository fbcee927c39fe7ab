// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/losses.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, loss_dims(c));
  c.output(0, c.dtype(0), dims);
  if (c.wants(1)) c.output(1, c.dtype(0), c.dims(0));
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId log_prob = c.add("LogSoftmax", {c.input(0)}, {{"axis", 1}});
  c.output(0, negative_log_likelihood(c, log_prob));
  if (c.wants(1)) c.output(1, log_prob);
  return {};
}

}  // namespace

Op softmax_cross_entropy_loss() {
  return {
      .name = "SoftmaxCrossEntropyLoss",
      .doc = "NegativeLogLikelihoodLoss of the logarithm of Softmax over axis 1.",
      .inputs = {{"scores", "float"},
                 {"labels", "i32|i64"},
                 {"weights", "float", optional_operand}},
      .outputs = {{"output", "float"}, {"log_prob", "float", optional_operand}},
      .attributes = {{"reduction", "mean"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}},
                              {.dims = {3}, .dtype = DType::i64, .values = {1, 0, 4}}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
