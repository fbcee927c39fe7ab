// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/losses.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, loss_dims(c));
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op negative_log_likelihood_loss() {
  return {
      .name = "NegativeLogLikelihoodLoss",
      .doc = "The weighted negative logarithm of the probability of each target class.",
      .inputs = {{"input", "float"}, {"target", "i32|i64"}, {"weight", "float", optional_operand}},
      .outputs = {{"loss", "float"}},
      .attributes = {{"reduction", "mean"}},
      .infer = infer,
      .expand = [](ExpandContext& c) -> Status {
        c.output(0, negative_log_likelihood(c, c.input(0)));
        return {};
      },
      .samples = {{.inputs = {{.dims = {3, 5}},
                              {.dims = {3}, .dtype = DType::i64, .values = {1, 0, 4}},
                              {.dims = {5}, .low = 0.1}}}},
  };
}

}  // namespace tenon::ops
