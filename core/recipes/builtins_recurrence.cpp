// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/builtins.h"

namespace tenon::recipes {
namespace {

Result<Term> fixed_state(Call& call) {
  TENON_TRY_ASSIGN(const std::string name, call.text(0, "name"));
  TENON_TRY_ASSIGN(const int64_t layer, call.integer(1, "layer"));
  TENON_TRY_ASSIGN(const std::vector<int64_t> dims, call.integers(2, "dims"));
  for (const int64_t dim : dims) {
    if (dim < 1 || dim >= int64_t{1} << 31) return call.wrong(fmt::format("an extent of {}", dim));
  }
  if (dims.empty() || dims.size() > 4) return call.wrong("expected 1 to 4 extents");
  std::vector<Term> extents;
  for (const int64_t dim : dims) extents.emplace_back(dim);
  return record_of({{"state", fmt::format("{}.{}", name, layer)}, {"dims", list_of(extents)}});
}

Result<StateShape> state_argument(Call& call, size_t place) {
  TENON_TRY_ASSIGN(const Term* term, call.need(place, "state"));
  const auto* record = term->as<Record>();
  if (record == nullptr || !(*record)->contains("state")) {
    return call.wrong(fmt::format("state is {}, expected what fixed_state gives", kind_of(*term)));
  }
  StateShape shape;
  shape.name = *(*record)->find("state")->second.as<std::string>();
  shape.kept_as = StateClass::fixed;
  for (const Term& dim : (*(*record)->find("dims")->second.as<List>())->all) {
    shape.dims.push_back(*dim.as<int64_t>());
  }
  return shape;
}

// Adds an operator that reads a state and gives a result and the next state.
Result<Term> step_of(Call& call, std::string_view op, const std::vector<std::string_view>& operands,
                     Attributes attributes = {}) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  TENON_TRY_ASSIGN(const StateShape shape, state_argument(call, operands.size()));
  std::vector<ValueId> inputs;
  for (size_t i = 0; i < operands.size(); ++i) {
    const bool optional = operands[i].ends_with('?');
    const std::string_view name = operands[i].substr(0, operands[i].size() - (optional ? 1 : 0));
    TENON_TRY_ASSIGN(inputs.emplace_back(),
                     optional ? call.optional_tensor(i, name) : call.tensor(i, name));
  }
  inputs.push_back(emitter->state(shape));
  for (const std::string_view name : {"start", "state_slot"}) {
    TENON_TRY_ASSIGN(inputs.emplace_back(), emitter->input(name));
  }
  const std::vector<ValueId> made =
      emitter->add_many(op, inputs, std::move(attributes), 2, "tenon");
  emitter->update_state(shape.name, made.back());
  return Term(Tensor{made.front()});
}

Result<Term> selective_scan(Call& call) {
  return step_of(call, "SelectiveScan", {"x", "dt", "a", "b", "c", "d?"});
}

Result<Term> causal_conv(Call& call) {
  return step_of(call, "CausalConv", {"x", "weight", "bias?"});
}

Result<Term> wkv(Call& call) { return step_of(call, "Wkv", {"r", "k", "v", "w", "u"}); }

// Every token goes through the `top` experts that its row of `logits` prefers.
Result<Term> experts(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  std::vector<ValueId> inputs;
  for (const std::string_view name : {"x", "logits", "gate", "up", "down"}) {
    TENON_TRY_ASSIGN(inputs.emplace_back(), call.tensor(inputs.size(), name));
  }
  TENON_TRY_ASSIGN(const int64_t top, call.integer(5, "top"));
  TENON_TRY_ASSIGN(const int64_t normalize, call.integer(6, "normalize", 1));
  TENON_TRY_ASSIGN(const std::string activation, call.text(7, "activation", "silu"));
  return Term(Tensor{
      emitter->add("Experts", inputs,
                   {{"top", top}, {"normalize", normalize}, {"activation", activation}}, "tenon")});
}

}  // namespace

std::vector<Builtin> recurrence_builtins() {
  return {
      {"fixed_state", "fixed_state(name, layer, dims)", "a state of one size for each sequence",
       fixed_state},
      {"selective_scan", "selective_scan(x, dt, a, b, c, d, state)",
       "the recurrence of Mamba: h = exp(dt a) h + dt b x, y = c h + d x", selective_scan},
      {"causal_conv", "causal_conv(x, weight, bias, state)",
       "each channel by its weights for the last tokens", causal_conv},
      {"wkv", "wkv(r, k, v, w, u, state)",
       "the recurrence of RWKV: y = r (s + u k v), s = w s + k v", wkv},
      {"experts", "experts(x, logits, gate, up, down, top, normalize, activation)",
       "each token through the experts that its logits prefer", experts},
  };
}

}  // namespace tenon::recipes
