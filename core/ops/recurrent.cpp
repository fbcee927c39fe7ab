// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/recurrences.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) != 3 || c.rank(1) != 3 || c.rank(2) != 3) {
    return invalid("inputs of rank {}, {} and {}, expected 3", c.rank(0), c.rank(1), c.rank(2));
  }
  const std::string kind = c.text("kind", "");
  const std::string direction = c.text("direction", "forward");
  const int64_t gates = kind == "lstm" ? 4 : kind == "gru" ? 3 : 1;
  const int64_t directions = direction == "bidirectional" ? 2 : 1;
  const Expr hidden = c.dim(2, 2);
  if (!hidden.is_constant()) return unsupported("the size of the state is not constant");
  TENON_TRY(c.require_equal(c.dim(1, 0), c.number(directions), "directions of the weights"));
  TENON_TRY(c.require_equal(c.dim(2, 0), c.number(directions), "directions of the weights"));
  TENON_TRY(c.require_equal(c.dim(1, 1), hidden * gates, "rows of the input weights"));
  TENON_TRY(c.require_equal(c.dim(2, 1), hidden * gates, "rows of the recurrence weights"));
  TENON_TRY(c.require_equal(c.dim(1, 2), c.dim(0, 2), "columns of the input weights"));
  const std::vector<Expr> state = {c.number(directions), c.dim(0, 1), hidden};
  for (size_t i = 5; i < 7; ++i) {
    if (c.has(i))
      TENON_TRY(c.require_equal(c.elements(i), state[1] * hidden * directions,
                                "elements of the first state"));
  }
  if (c.has(3)) {
    TENON_TRY(c.require_equal(c.elements(3), hidden * (2 * gates * directions), "biases"));
  }
  if (c.has(4)) TENON_TRY(c.require_equal(c.elements(4), c.dim(0, 1), "sequence lengths"));
  if (c.has(7)) TENON_TRY(c.require_equal(c.elements(7), hidden * (3 * directions), "peepholes"));
  c.set("hidden_size", hidden.constant());
  if (c.wants(0)) c.output(0, c.dtype(0), {c.dim(0, 0), state[0], state[1], state[2]});
  if (c.wants(1)) c.output(1, c.dtype(0), state);
  if (c.wants(2)) c.output(2, c.dtype(0), state);
  return {};
}

Attributes with(Attributes attributes, std::string_view name, Attribute value) {
  attributes.insert_or_assign(std::string(name), std::move(value));
  return attributes;
}

}  // namespace

Op recurrent() {
  const SampleInput x = {.dims = {4, 2, 3}};
  const SampleInput lengths = {.dims = {2}, .dtype = DType::i32, .values = {4, 2}};
  const SampleInput state = {.dims = {2, 2, 5}};
  return {
      .name = "Recurrent",
      .doc = "LSTM, GRU or RNN by attribute kind, steps first.",
      .inputs = {{"x", "float"},
                 {"w", "float"},
                 {"r", "float"},
                 {"b", "float", optional_operand},
                 {"sequence_lens", "i32", optional_operand},
                 {"initial_h", "float", optional_operand},
                 {"initial_c", "float", optional_operand},
                 {"p", "float", optional_operand}},
      .outputs = {{"y", "float", optional_operand},
                  {"y_h", "float", optional_operand},
                  {"y_c", "float", optional_operand}},
      .infer = infer,
      .primitive = true,
      .samples =
          {{.inputs = {x, {.dims = {1, 20, 3}}, {.dims = {1, 20, 5}}},
            .attributes = recurrent_attributes("lstm", 1),
            .outputs = 3},
           {.inputs = {x, {.dims = {2, 15, 3}}, {.dims = {2, 15, 5}}},
            .attributes = recurrent_attributes("gru", 2),
            .outputs = 2},
           {.inputs = {x,
                       {.dims = {2, 20, 3}},
                       {.dims = {2, 20, 5}},
                       {.dims = {2, 40}},
                       lengths,
                       state,
                       state,
                       {.dims = {2, 15}}},
            .attributes = recurrent_attributes("lstm", 2),
            .outputs = 3},
           {.inputs = {x, {.dims = {1, 15, 3}}, {.dims = {1, 15, 5}}, {.dims = {1, 30}}, lengths},
            .attributes = with(recurrent_attributes("gru", 1), "linear_before_reset", int64_t{1}),
            .outputs = 2},
           {.inputs = {x, {.dims = {1, 5, 3}}, {.dims = {1, 5, 5}}},
            .attributes = with(recurrent_attributes("rnn", 1), "clip", 0.5),
            .outputs = 2},
           {.inputs = {x, {.dims = {1, 20, 3}}, {.dims = {1, 20, 5}}},
            .attributes = with(recurrent_attributes("lstm", 1), "state_bits", int64_t{8}),
            .outputs = 3}},
  };
}

}  // namespace tenon::ops
