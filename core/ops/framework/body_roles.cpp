// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/body_roles.h"

#include <algorithm>

namespace tenon::ops {
namespace {

struct Name {
  std::string_view name;
  int64_t role;
};
constexpr Name names[] = {
    {"input_ids", BodyRole::tokens},
    {"decoder_input_ids", BodyRole::tokens},
    {"position_ids", BodyRole::positions},
    {"attention_mask", BodyRole::mask},
    {"encoder_attention_mask", BodyRole::mask},
    {"encoder_input_ids", BodyRole::features},
    {"encoder_hidden_states", BodyRole::hidden},
    {"logits", BodyRole::logits},
};

// Of decoders for kernels that write into caches of the greatest length.
constexpr std::string_view refused[] = {"past_sequence_length", "beam_width", "cache_indirection"};

constexpr std::string_view whole_sequences = "reads_sequences";

int64_t role_of(std::string_view name) {
  const auto* found = std::ranges::find(names, name, &Name::name);
  return found == std::end(names) ? BodyRole::state : found->role;
}

// Names of attributes that a run reads.
std::string inputs_of(std::string_view body) { return fmt::format("{}_inputs", body); }
std::string outputs_of(std::string_view body) { return fmt::format("{}_outputs", body); }
std::string dtypes_of(std::string_view body) { return fmt::format("{}_dtypes", body); }
std::string dims_of(std::string_view body, size_t input) {
  return fmt::format("{}_dims_{}", body, input);
}

std::vector<int64_t> known_dims(const Value& value) {
  std::vector<int64_t> dims;
  for (const Expr& dim : value.dims) dims.push_back(dim.is_constant() ? dim.constant() : -1);
  return dims;
}

bool holds(const std::vector<int64_t>& roles, int64_t role) {
  return std::ranges::find(roles, role) != roles.end();
}

Status declare_inputs(InferContext& c, std::string_view name, const Body& body) {
  std::vector<int64_t> roles, dtypes;
  for (size_t i = 0; i < body.inputs.size(); ++i) {
    const Value& value = c.graph().value(body.inputs[i]);
    if (std::ranges::find(refused, value.name) != std::end(refused)) {
      return unsupported("it takes \"{}\": caches in place; export it without them", value.name);
    }
    roles.push_back(role_of(value.name));
    dtypes.push_back(static_cast<int64_t>(value.dtype));
    if (roles.back() == BodyRole::state) c.set(dims_of(name, i), known_dims(value));
  }
  const bool encodes = name == encoder_body;
  if (!holds(roles, encodes ? BodyRole::features : BodyRole::tokens)) {
    return invalid("it has no input \"{}\"", encodes ? "encoder_input_ids" : "input_ids");
  }
  c.set(inputs_of(name), std::move(roles));
  c.set(dtypes_of(name), std::move(dtypes));
  return {};
}

Status declare_body(InferContext& c, std::string_view name) {
  const Body& body = c.graph().bodies[c.body(name)];
  TENON_TRY(declare_inputs(c, name, body));
  std::vector<int64_t> roles;
  for (const ValueId id : body.outputs) roles.push_back(role_of(c.graph().value(id).name));
  if (name != encoder_body) {
    if (roles.empty()) return invalid("it has no outputs, expected logits");
    // Whatever their names are, logits come first.
    std::ranges::fill(roles, int64_t{BodyRole::state});
    roles.front() = BodyRole::logits;
  }
  c.set(outputs_of(name), std::move(roles));
  return {};
}

// A decoder whose tokens are no single column reads whole sequences, unless it starts without
// states.
bool takes_sequences(const InferContext& c) {
  if (!has_body(c, encoder_body)) return false;
  if (!holds(roles_of(c, encoder_body).outputs, BodyRole::logits)) return false;
  const std::vector<int64_t> roles = roles_of(c, decoder_body).inputs;
  const auto at = std::ranges::find(roles, int64_t{BodyRole::tokens}) - roles.begin();
  const Body& body = c.graph().bodies[c.body(decoder_body)];
  const std::vector<int64_t> dims =
      known_dims(c.graph().value(body.inputs[static_cast<size_t>(at)]));
  return dims.size() != 2 || dims[1] != 1;
}

}  // namespace

bool has_body(const AttributeContext& c, std::string_view name) { return c.body(name) != 0; }

Status declare_bodies(InferContext& c) {
  const int64_t type = c.integer("model_type", 0);
  if (type < 0 || type > 2) return invalid("model_type is {}, expected 0, 1 or 2", type);
  if ((type != 0) != has_body(c, encoder_body)) {
    return invalid("model_type is {}, and there is {} encoder", type, type == 0 ? "an" : "no");
  }
  if (!has_body(c, decoder_body)) return invalid("there is no decoder");
  for (const std::string_view name : {encoder_body, init_decoder_body, decoder_body}) {
    if (has_body(c, name)) TENON_TRY(declare_body(c, name).at(std::string(name)));
  }
  c.set(whole_sequences, int64_t{takes_sequences(c)});
  return {};
}

size_t BodyRoles::states() const {
  return static_cast<size_t>(std::ranges::count(inputs, int64_t{BodyRole::state}));
}

BodyRoles roles_of(const AttributeContext& c, std::string_view body) {
  BodyRoles roles{c.integers(inputs_of(body), {}), c.integers(outputs_of(body), {}), {}};
  for (const int64_t dtype : c.integers(dtypes_of(body), {})) {
    roles.dtypes.push_back(static_cast<DType>(dtype));
  }
  return roles;
}

std::vector<int64_t> state_dims(const AttributeContext& c, std::string_view body, size_t input) {
  return c.integers(dims_of(body, input), {});
}

bool reads_sequences(const AttributeContext& c) { return c.integer(whole_sequences, 0) != 0; }

}  // namespace tenon::ops
