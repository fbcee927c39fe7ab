// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sequences.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, weight, bias, state, start, state_slot };

Status infer(InferContext& c) {
  if (c.rank(x) != 2 || c.rank(weight) != 2 || (c.has(bias) && c.rank(bias) != 1)) {
    return invalid("x and weight of rank {} and {}, expected 2", c.rank(x), c.rank(weight));
  }
  const Expr channels = c.dim(x, 1);
  TENON_TRY(c.require_equal(c.dim(weight, 0), channels, "channels of x and the weights"));
  TENON_TRY(c.require(c.dim(weight, 1) >= 1, "a weight for the token itself"));
  if (c.has(bias)) TENON_TRY(c.require_equal(c.dim(bias, 0), channels, "channels of the bias"));
  c.output(0, c.dtype(x), c.dims(x));
  return infer_sequences(c, {state, start, state_slot}, {channels, c.dim(weight, 1) - 1});
}

}  // namespace

Op causal_conv() {
  const SampleInput tokens = {.dims = {6, 3}};
  return {
      .name = "CausalConv",
      .domain = "tenon",
      .doc =
          "Each channel of x [tokens, channels] times its weights [channels, size], of which the "
          "last is for the token itself and the others for those before it in its sequence. The "
          "state [entries, channels, size - 1] has what came before, oldest first.",
      .inputs = {{"x", "float"},
                 {"weight", "float"},
                 {"bias", "float", optional_operand},
                 {"state", "float", optional_operand},
                 {"start", "i32|i64"},
                 {"state_slot", "i32|i64", optional_operand}},
      .outputs = {{"y", "float"}, {"state", "float", optional_operand}},
      .infer = infer,
      .primitive = true,
      .in_place = {{1, state}},
      .samples = {{.inputs = {tokens,
                              {.dims = {3, 4}},
                              {.dims = {3}},
                              {.dims = {3, 3, 3}},
                              {.dims = {4}, .dtype = DType::i32, .values = {0, 1, 1, 6}},
                              {.dims = {3}, .dtype = DType::i32, .values = {2, 1, 0}}},
                   .outputs = 2},
                  {.inputs = {tokens,
                              {.dims = {3, 2}},
                              {.omitted = true},
                              {.omitted = true},
                              {.dims = {3}, .dtype = DType::i32, .values = {1, 3, 6}}}}},
  };
}

}  // namespace tenon::ops
