// SPDX-License-Identifier: Apache-2.0
#include "sampling/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenon::text {

namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

double usable(float logit) { return std::isnan(logit) ? nothing : double{logit}; }

// log(sum(exp(logits)))
double log_sum(std::span<const float> logits) {
  double peak = nothing;
  for (const float logit : logits) peak = std::max(peak, usable(logit));
  if (peak == nothing) return 0;
  double sum = 0;
  for (const float logit : logits) sum += std::exp(usable(logit) - peak);
  return peak + std::log(sum);
}

}  // namespace

double logprob_of(std::span<const float> logits, int32_t id) {
  if (id < 0 || static_cast<size_t>(id) >= logits.size()) return nothing;
  return usable(logits[static_cast<size_t>(id)]) - log_sum(logits);
}

std::vector<TokenProbability> most_probable(std::span<const float> logits, size_t count) {
  std::vector<TokenProbability> all(logits.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    all[i] = {static_cast<int32_t>(i), usable(logits[i])};
  }
  count = std::min(count, all.size());
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::partial_sort(all, middle, [](const auto& a, const auto& b) {
    return a.logprob != b.logprob ? a.logprob > b.logprob : a.id < b.id;
  });
  all.resize(count);
  const double sum = log_sum(logits);
  for (TokenProbability& token : all) token.logprob -= sum;
  return all;
}

Sampler::Sampler(SamplerSettings settings, std::span<const int32_t> prompt)
    : settings_(std::move(settings)), random_(settings_.seed), seen_(prompt.begin(), prompt.end()) {
  std::ranges::sort(seen_);
  seen_.erase(std::unique(seen_.begin(), seen_.end()), seen_.end());
}

void Sampler::accept(int32_t id) {
  const auto seen = std::ranges::lower_bound(seen_, id);
  if (seen == seen_.end() || *seen != id) seen_.insert(seen, id);
  const auto count = std::ranges::lower_bound(counts_, id, {}, &std::pair<int32_t, int64_t>::first);
  if (count != counts_.end() && count->first == id) {
    ++count->second;
  } else {
    counts_.insert(count, {id, 1});
  }
}

void Sampler::adjust(std::span<const float> logits) {
  candidates_.resize(logits.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    candidates_[i] = {static_cast<int32_t>(i), usable(logits[i]), 0};
  }
  const auto exists = [&](int32_t id) {
    return id >= 0 && static_cast<size_t>(id) < candidates_.size();
  };
  for (const auto& [id, bias] : settings_.logit_bias) {
    if (exists(id)) candidates_[static_cast<size_t>(id)].logit += bias;
  }
  for (const int32_t id : seen_) {
    if (settings_.repetition_penalty == 1 || !exists(id)) continue;
    double& logit = candidates_[static_cast<size_t>(id)].logit;
    logit = logit > 0 ? logit / settings_.repetition_penalty : logit * settings_.repetition_penalty;
  }
  for (const auto& [id, count] : counts_) {
    if (!exists(id)) continue;
    candidates_[static_cast<size_t>(id)].logit -=
        settings_.presence_penalty + settings_.frequency_penalty * static_cast<double>(count);
  }
}

Result<Choice> Sampler::choose(std::span<const float> logits) {
  adjust(logits);
  const auto best = std::ranges::max_element(candidates_, {}, &Candidate::logit);
  if (best == candidates_.end() || best->logit == nothing || std::isnan(best->logit)) {
    return invalid("none of the model's {} logits is a number", logits.size());
  }
  Choice choice;
  choice.id = best->id;
  if (settings_.temperature > 0 && !std::isinf(best->logit)) {
    for (Candidate& candidate : candidates_) candidate.logit /= settings_.temperature;
    keep_top_k();
    measure();
    keep_top_p();
    keep_min_p();
    keep_typical();
    choice.id = draw();
  }
  if (settings_.logprobs >= 0) {
    choice.logprob = logprob_of(logits, choice.id);
    choice.top = most_probable(logits, static_cast<size_t>(settings_.logprobs));
  }
  return choice;
}

}  // namespace tenon::text
