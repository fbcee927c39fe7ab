// SPDX-License-Identifier: Apache-2.0
#include "sampling/sampler.h"

#include <algorithm>
#include <cmath>

// Which tokens remain to draw from. Each filter leaves at least one, the most probable.
namespace tenon::text {

namespace {

// The front of `all`, in the order of `before`, until `reached` says so; what is behind it goes.
// Only the part that stays is sorted, which is small where vocabularies are large.
template <class T, class Before, class Reached>
void keep_front(std::vector<T>& all, Before before, Reached reached) {
  const auto behind = [&](const T& a, const T& b) { return before(b, a); };
  std::ranges::make_heap(all, behind);
  auto end = all.end();
  std::vector<T> front;
  while (end != all.begin()) {
    std::ranges::pop_heap(all.begin(), end, behind);
    --end;
    front.push_back(*end);
    if (reached(front.back())) break;
  }
  all = std::move(front);
}

}  // namespace

void Sampler::keep_top_k() {
  const auto count = static_cast<size_t>(settings_.top_k);
  if (count == 0 || count >= candidates_.size()) return;
  const auto middle = candidates_.begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::nth_element(candidates_, middle, [](const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
  });
  candidates_.erase(middle, candidates_.end());
  std::ranges::sort(candidates_, {}, &Candidate::id);
}

// Probabilities of what is left.
void Sampler::measure() {
  const double peak = std::ranges::max_element(candidates_, {}, &Candidate::logit)->logit;
  double sum = 0;
  for (Candidate& candidate : candidates_) {
    candidate.probability = std::exp(candidate.logit - peak);
    sum += candidate.probability;
  }
  for (Candidate& candidate : candidates_) candidate.probability /= sum;
}

void Sampler::keep_top_p() {
  if (settings_.top_p >= 1) return;
  double sum = 0;
  keep_front(
      candidates_,
      [](const Candidate& a, const Candidate& b) {
        return a.probability != b.probability ? a.probability > b.probability : a.id < b.id;
      },
      [&](const Candidate& kept) { return (sum += kept.probability) >= settings_.top_p; });
  measure();
}

void Sampler::keep_min_p() {
  if (settings_.min_p <= 0) return;
  const double peak =
      std::ranges::max_element(candidates_, {}, &Candidate::probability)->probability;
  std::erase_if(candidates_, [&](const Candidate& candidate) {
    return candidate.probability < settings_.min_p * peak;
  });
  measure();
}

// Tokens whose surprise is nearest to the expected one.
void Sampler::keep_typical() {
  if (settings_.typical_p >= 1) return;
  double entropy = 0;
  for (const Candidate& candidate : candidates_) {
    if (candidate.probability > 0) {
      entropy -= candidate.probability * std::log(candidate.probability);
    }
  }
  const auto distance = [&](const Candidate& candidate) {
    return std::abs(-std::log(std::max(candidate.probability, 1e-300)) - entropy);
  };
  double sum = 0;
  keep_front(
      candidates_,
      [&](const Candidate& a, const Candidate& b) {
        const double first = distance(a);
        const double second = distance(b);
        return first != second ? first < second : a.id < b.id;
      },
      [&](const Candidate& kept) { return (sum += kept.probability) >= settings_.typical_p; });
  measure();
}

int32_t Sampler::draw() {
  const double at = random_.uniform();
  double sum = 0;
  const Candidate* last = &candidates_.front();
  for (const Candidate& candidate : candidates_) {
    if (candidate.probability <= 0) continue;
    last = &candidate;
    sum += candidate.probability;
    if (at < sum) break;
  }
  return last->id;
}

}  // namespace tenon::text
