// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/token_rules.h"

#include "core/ops/framework/host_tensors.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace tenon::ops {
namespace {

Result<std::vector<int64_t>> optional_integers(const HostContext& c, size_t i) {
  return c.has(i) ? c.integer_input(i) : std::vector<int64_t>();
}

// Tokens that the sequence holds and the vocabulary knows, each once.
std::set<size_t> used_tokens(const Tokens& sequence, size_t vocabulary) {
  std::set<size_t> used;
  for (const int64_t token : sequence) {
    if (token >= 0 && static_cast<uint64_t>(token) < vocabulary) {
      used.insert(static_cast<size_t>(token));
    }
  }
  return used;
}

void penalize_repetition(std::span<float> scores, const Tokens& sequence, float penalty) {
  for (const size_t token : used_tokens(sequence, scores.size())) {
    scores[token] = scores[token] < 0 ? scores[token] * penalty : scores[token] / penalty;
  }
}

// Bans what would end a run of `length` tokens that the sequence holds already.
void ban_runs(std::span<float> scores, const Tokens& sequence, size_t length) {
  if (sequence.size() + 1 < length) return;
  const auto begun = std::span(sequence).last(length - 1);
  for (size_t at = 0; at + length <= sequence.size(); ++at) {
    const auto run = std::span(sequence).subspan(at, length);
    if (!std::ranges::equal(run.first(length - 1), begun)) continue;
    const int64_t token = run.back();
    if (token >= 0 && static_cast<uint64_t>(token) < scores.size()) {
      scores[static_cast<size_t>(token)] = banned;
    }
  }
}

void ban_masked(std::span<float> scores, std::span<const int64_t> mask) {
  for (size_t token = 0; token < scores.size(); ++token) {
    if (mask[token] == 0) scores[token] = banned;
  }
}

Status fits(std::string_view what, size_t elements, size_t expected) {
  if (elements == 0 || elements == expected) return {};
  return invalid("{} has {} elements, expected {}", what, elements, expected);
}

}  // namespace

Result<TokenRules> TokenRules::of(const HostContext& c, const RuleInputs& inputs) {
  TokenRules rules;
  TENON_TRY_ASSIGN(const double penalty, real_input(c, inputs.repetition_penalty, 1));
  if (!(penalty > 0)) return invalid("repetition_penalty is {}, expected more than 0", penalty);
  rules.repetition_penalty_ = static_cast<float>(penalty);
  const int64_t run = c.integer("no_repeat_ngram_size", 0);
  if (run < 0) return invalid("no_repeat_ngram_size is {}", run);
  rules.no_repeat_ = static_cast<size_t>(run);
  TENON_TRY_ASSIGN(const int64_t least, scalar_input(c, inputs.min_length, 0));
  rules.min_length_ = static_cast<size_t>(std::max<int64_t>(least, 0));
  rules.end_ = c.integer("eos_token_id", -1);
  TENON_TRY_ASSIGN(const double temperature,
                   real_input(c, inputs.temperature, c.real("temperature", 1)));
  if (!(temperature > 0)) return invalid("temperature is {}, expected more than 0", temperature);
  rules.temperature_ = static_cast<float>(temperature);
  rules.presence_penalty_ = static_cast<float>(c.real("presence_penalty", 0));
  TENON_TRY_ASSIGN(rules.mask_, optional_integers(c, inputs.vocab_mask));
  TENON_TRY_ASSIGN(rules.prefix_mask_, optional_integers(c, inputs.prefix_vocab_mask));
  TENON_TRY_ASSIGN(rules.presence_, optional_integers(c, inputs.presence_mask));
  TENON_TRY_ASSIGN(const int64_t processor, scalar_input(c, inputs.logits_processor, 0));
  if (processor != 0 && processor != 1) {
    return unsupported("logits_processor is {}, expected 0, or 1 for times", processor);
  }
  if (processor == 1) {
    TENON_TRY_ASSIGN(rules.times_, Timestamps::of(c));
  }
  return rules;
}

Status TokenRules::check(size_t batch, size_t vocabulary) const {
  TENON_TRY(fits("vocab_mask", mask_.size(), vocabulary));
  TENON_TRY(fits("prefix_vocab_mask", prefix_mask_.size(), batch * vocabulary));
  if (times_) TENON_TRY(times_->check(vocabulary));
  return fits("presence_mask", presence_.size(), batch * vocabulary);
}

void TokenRules::apply(std::span<float> scores, const Tokens& sequence, size_t item,
                       bool is_first) const {
  const auto of_item = [&](const std::vector<int64_t>& mask) {
    return std::span(mask).subspan(item * scores.size(), scores.size());
  };
  if (repetition_penalty_ != 1) penalize_repetition(scores, sequence, repetition_penalty_);
  if (no_repeat_ > 0) ban_runs(scores, sequence, no_repeat_);
  if (!mask_.empty()) ban_masked(scores, mask_);
  if (!prefix_mask_.empty() && is_first) ban_masked(scores, of_item(prefix_mask_));
  const bool is_short = sequence.size() < min_length_;
  if (is_short && end_ >= 0 && static_cast<uint64_t>(end_) < scores.size()) {
    scores[static_cast<size_t>(end_)] = banned;
  }
  if (temperature_ != 1) {
    for (float& score : scores) score = std::max(score / temperature_, banned);
  }
  for (size_t token = 0; !presence_.empty() && token < scores.size(); ++token) {
    scores[token] -= static_cast<float>(of_item(presence_)[token]) * presence_penalty_;
  }
  if (times_) times_->apply(scores, sequence);
}

void log_softmax(std::span<float> scores) {
  const float peak = std::ranges::max(scores);
  double sum = 0;
  for (const float score : scores) sum += std::exp(static_cast<double>(score) - peak);
  const auto rest = static_cast<float>(std::log(sum));
  for (float& score : scores) score = score - peak - rest;
}

}  // namespace tenon::ops
