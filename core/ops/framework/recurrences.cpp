// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/recurrences.h"

#include "core/ops/framework/compose.h"

#include <string>
#include <vector>

namespace tenon::ops {
namespace {

bool batch_first(const NodeContext& c) { return c.integer("layout", 0) != 0; }

Result<int64_t> directions(const NodeContext& c) {
  const std::string direction = c.text("direction", "forward");
  if (direction == "bidirectional") return int64_t{2};
  if (direction == "forward" || direction == "reverse") return int64_t{1};
  return invalid("direction \"{}\", expected forward, reverse or bidirectional", direction);
}

// A state crosses between [batch, directions, hidden] and [directions, batch, hidden].
ValueId swap_state(ExpandContext& c, ValueId state) {
  return state == no_id || !batch_first(c) ? state : transpose(c, state, {1, 0, 2});
}

}  // namespace

Attributes recurrent_attributes(std::string_view kind, int64_t directions) {
  std::vector<std::string> activations;
  for (int64_t i = 0; i < directions; ++i) {
    if (kind != "rnn") activations.push_back("Sigmoid");
    activations.push_back("Tanh");
    if (kind == "lstm") activations.push_back("Tanh");
  }
  return {{"kind", std::string(kind)},
          {"direction", directions == 2 ? "bidirectional" : "forward"},
          {"activations", std::move(activations)},
          {"activation_alpha", std::vector<double>()},
          {"activation_beta", std::vector<double>()},
          {"clip", 0.0},
          {"input_forget", int64_t{0}},
          {"linear_before_reset", int64_t{0}}};
}

Status infer_recurrent(InferContext& c) {
  if (c.rank(0) != 3 || c.rank(2) != 3) {
    return invalid("inputs of rank {} and {}, expected 3", c.rank(0), c.rank(2));
  }
  TENON_TRY_ASSIGN(const int64_t count, directions(c));
  const Expr dirs = c.number(count);
  const Expr hidden = c.dim(2, 2);
  const bool swapped = batch_first(c);
  const Expr steps = c.dim(0, swapped ? 1 : 0);
  const Expr batch = c.dim(0, swapped ? 0 : 1);
  using Dims = std::vector<Expr>;
  const Dims state = swapped ? Dims{batch, dirs, hidden} : Dims{dirs, batch, hidden};
  c.output(0, c.dtype(0),
           swapped ? Dims{batch, steps, dirs, hidden} : Dims{steps, dirs, batch, hidden});
  c.output(1, c.dtype(0), state);
  c.output(2, c.dtype(0), state);
  return {};
}

Status expand_recurrent(ExpandContext& c, std::string_view kind) {
  TENON_TRY_ASSIGN(const int64_t count, directions(c));
  Attributes attributes = recurrent_attributes(kind, count);
  for (const auto& [name, value] : c.node().attributes) attributes[name] = value;
  attributes["kind"] = std::string(kind);
  attributes.erase("layout");
  const bool swapped = batch_first(c);
  const size_t outputs = c.outputs();
  std::vector<ValueId> inputs(8, no_id);
  for (size_t i = 0; i < inputs.size(); ++i) inputs[i] = c.input(i);
  if (swapped) inputs[0] = transpose(c, inputs[0], {1, 0, 2});
  inputs[5] = swap_state(c, inputs[5]);
  inputs[6] = swap_state(c, inputs[6]);
  const std::vector<ValueId> made =
      c.add_many("Recurrent", inputs, std::move(attributes), kind == "lstm" ? 3 : 2);
  for (size_t i = 0; i < outputs && i < made.size(); ++i) {
    if (!c.wants(i)) continue;
    const bool is_sequence = i == 0;
    c.output(i, is_sequence && swapped ? transpose(c, made[0], {2, 0, 1, 3})
                : is_sequence          ? made[0]
                                       : swap_state(c, made[i]));
  }
  return {};
}

}  // namespace tenon::ops
