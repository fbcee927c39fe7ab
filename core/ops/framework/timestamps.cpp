// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/timestamps.h"

#include "core/ops/framework/token_rules.h"

#include <algorithm>
#include <cmath>

namespace tenon::ops {
namespace {

// Times that a text may begin with: one second.
constexpr int64_t latest_begin = 50;

// Tokens [begin, end) as far as there are such.
void ban(std::span<float> scores, int64_t begin, int64_t end) {
  const auto size = std::ssize(scores);
  for (int64_t token = std::max<int64_t>(begin, 0); token < std::min(end, size); ++token) {
    scores[static_cast<size_t>(token)] = banned;
  }
}

// The logarithm of the probability of all tokens together.
float whole(std::span<const float> scores) {
  const float most = std::ranges::max(scores);
  float sum = 0;
  for (const float score : scores) sum += score > banned ? std::exp(score - most) : 0;
  return sum > 0 ? most + std::log(sum) : banned;
}

}  // namespace

Result<Timestamps> Timestamps::of(const AttributeContext& c) {
  Timestamps times;
  times.first_ = c.integer("beginning_timestamp_token_id", -1);
  times.end_ = c.integer("eos_token_id", -1);
  times.never_ = {c.integer("no_timestamps_token_id", -1), c.integer("start_of_lm_token_id", -1)};
  times.once_ = {c.integer("decoder_start_token_id", -1), c.integer("translate_token_id", -1),
                 c.integer("transcribe_token_id", -1)};
  if (times.first_ > 0) return times;
  return invalid("times are wanted, but beginning_timestamp_token_id is {}", times.first_);
}

Status Timestamps::check(size_t vocabulary) const {
  if (static_cast<uint64_t>(first_) < vocabulary) return {};
  return invalid("beginning_timestamp_token_id is {} of {} tokens", first_, vocabulary);
}

void Timestamps::apply(std::span<float> scores, std::span<const int64_t> sequence) const {
  const auto is_time = [&](int64_t token) { return token >= first_; };
  // Up to the first time and with it, all is given by what was asked for.
  const auto found = std::ranges::find_if(sequence, is_time);
  const auto begin = static_cast<size_t>(found - sequence.begin()) + (found != sequence.end());
  for (const int64_t token : never_) ban(scores, token, token + 1);
  if (sequence.size() > begin) {
    for (const int64_t token : once_) ban(scores, token, token + 1);
  }
  order_times(scores, sequence, begin);
  if (sequence.size() == begin) ban(scores, first_ + latest_begin + 1, std::ssize(scores));
  const auto texts = scores.first(static_cast<size_t>(first_));
  if (whole(scores.subspan(texts.size())) > std::ranges::max(texts)) ban(scores, 0, first_);
}

void Timestamps::order_times(std::span<float> scores, std::span<const int64_t> sequence,
                             size_t begin) const {
  const auto is_time = [&](int64_t token) { return token >= first_; };
  const bool ends_with_time = !sequence.empty() && is_time(sequence.back());
  const bool is_paired = sequence.size() <= begin || is_time(sequence[sequence.size() - 2]);
  if (ends_with_time && is_paired) ban(scores, first_, std::ssize(scores));
  if (ends_with_time && !is_paired) ban(scores, 0, end_);
  const auto last = std::find_if(sequence.rbegin(), sequence.rend(), is_time);
  if (last == sequence.rend()) return;
  // The second of a pair may be like the first one.
  ban(scores, first_, ends_with_time && !is_paired ? *last : *last + 1);
}

}  // namespace tenon::ops
