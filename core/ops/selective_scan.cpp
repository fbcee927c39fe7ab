// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sequences.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, dt, a, b, c, d, state, start, state_slot };

Status infer(InferContext& context) {
  for (const size_t i : {x, dt, a, b, c}) {
    if (context.rank(i) != 2) return invalid("input {} of rank {}, expected 2", i, context.rank(i));
  }
  if (context.has(d) && context.rank(d) != 1) {
    return invalid("d of rank {}, expected 1", context.rank(d));
  }
  const Expr tokens = context.dim(x, 0), channels = context.dim(x, 1), numbers = context.dim(a, 1);
  for (const size_t i : {dt, b, c}) {
    TENON_TRY(context.require_equal(context.dim(i, 0), tokens, "tokens"));
  }
  TENON_TRY(context.require_equal(context.dim(dt, 1), channels, "channels of x and dt"));
  TENON_TRY(context.require_equal(context.dim(a, 0), channels, "channels of x and a"));
  if (context.has(d))
    TENON_TRY(context.require_equal(context.dim(d, 0), channels, "channels of d"));
  for (const size_t i : {b, c}) {
    TENON_TRY(context.require_equal(context.dim(i, 1), numbers, "numbers of a state"));
  }
  context.output(0, context.dtype(x), context.dims(x));
  return infer_sequences(context, {state, start, state_slot}, {channels, numbers});
}

}  // namespace

Op selective_scan() {
  const SampleInput tokens = {.dims = {5, 3}};
  const SampleInput steps = {.dims = {5, 3}, .low = 0, .high = 1};
  const SampleInput rates = {.dims = {3, 4}, .low = -2, .high = 0};
  const SampleInput pairs = {.dims = {5, 4}};
  return {
      .name = "SelectiveScan",
      .domain = "tenon",
      .doc =
          "The recurrence of Mamba over the tokens of each sequence, for every channel of x "
          "[tokens, channels] with numbers h of its own: h = exp(dt a) h + dt b x and y = c h + d "
          "x.",
      .inputs = {{"x", "float"},
                 {"dt", "float"},
                 {"a", "float"},
                 {"b", "float"},
                 {"c", "float"},
                 {"d", "float", optional_operand},
                 {"state", "float", optional_operand},
                 {"start", "i32|i64"},
                 {"state_slot", "i32|i64", optional_operand}},
      .outputs = {{"y", "float"}, {"state", "float", optional_operand}},
      .infer = infer,
      .primitive = true,
      .in_place = {{1, state}},
      .samples = {{.inputs = {tokens,
                              steps,
                              rates,
                              pairs,
                              pairs,
                              {.dims = {3}},
                              {.dims = {4, 3, 4}},
                              {.dims = {3}, .dtype = DType::i32, .values = {0, 2, 5}},
                              {.dims = {2}, .dtype = DType::i32, .values = {3, 1}}},
                   .outputs = 2},
                  {.inputs = {tokens,
                              steps,
                              rates,
                              pairs,
                              pairs,
                              {.omitted = true},
                              {.omitted = true},
                              {.dims = {3}, .dtype = DType::i32, .values = {0, 3, 4}}}}},
  };
}

}  // namespace tenon::ops
