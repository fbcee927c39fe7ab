// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/framework/timestamps.h"

#include <limits>
#include <optional>
#include <span>
#include <vector>

// What searches over texts do with the scores of the tokens that may follow, before they choose:
// penalties, masks, bans. For the operators of com.microsoft that hold such a search.
namespace tenon::ops {

using Tokens = std::vector<int64_t>;

// The score of a token that must not be chosen.
constexpr float banned = std::numeric_limits<float>::lowest();

// Inputs of an operator by their meaning; none: it has no such input.
struct RuleInputs {
  static constexpr size_t none = std::numeric_limits<size_t>::max();
  size_t min_length = none;
  size_t repetition_penalty = none;
  size_t vocab_mask = none;
  size_t prefix_vocab_mask = none;
  size_t temperature = none;
  size_t presence_mask = none;
  size_t logits_processor = none;
};

class TokenRules {
 public:
  // What attributes and inputs of the node say.
  static Result<TokenRules> of(const HostContext& c, const RuleInputs& inputs);

  // Whether the masks fit.
  Status check(size_t batch, size_t vocabulary) const;
  // scores: one for each token of the vocabulary; sequence: what they follow, of this item of the
  // batch; is_first: nothing was generated yet.
  void apply(std::span<float> scores, const Tokens& sequence, size_t item, bool is_first) const;

 private:
  float repetition_penalty_ = 1;
  size_t no_repeat_ = 0;  // tokens in a run that must not come twice
  size_t min_length_ = 0;
  int64_t end_ = -1;
  float temperature_ = 1;
  float presence_penalty_ = 0;
  std::vector<int64_t> mask_, prefix_mask_, presence_;
  std::optional<Timestamps> times_;
};

// The logarithms of the probabilities that softmax gives.
void log_softmax(std::span<float> scores);

}  // namespace tenon::ops
