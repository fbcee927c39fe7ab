// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <string_view>
#include <vector>

// What the bodies of a search operator take and give, told by the names of their inputs and
// outputs. Found while the operator is inferred, and kept in attributes of the node for its runs.
namespace tenon::ops {

struct BodyRole {
  enum : int64_t { state, tokens, positions, mask, features, hidden, logits };
};

constexpr std::string_view decoder_body = "decoder";
constexpr std::string_view init_decoder_body = "init_decoder";
constexpr std::string_view encoder_body = "encoder";

// Whether the attribute holds a body.
bool has_body(const AttributeContext& c, std::string_view name);

// Checks the bodies, and keeps what follows.
Status declare_bodies(InferContext& c);

struct BodyRoles {
  std::vector<int64_t> inputs, outputs;  // a role for each
  std::vector<DType> dtypes;             // of the inputs; none: not told

  size_t states() const;  // inputs of that role
};
BodyRoles roles_of(const AttributeContext& c, std::string_view body);
// The dims that a body tells of a state, -1 where it does not.
std::vector<int64_t> state_dims(const AttributeContext& c, std::string_view body, size_t input);
// Whether the decoder takes whole sequences instead of their last tokens.
bool reads_sequences(const AttributeContext& c);

}  // namespace tenon::ops
