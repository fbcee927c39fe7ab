// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/hypotheses.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tenon::ops {

float Hypotheses::score_of(float sum, size_t length) const {
  return sum / std::pow(static_cast<float>(length), length_penalty_);
}

void Hypotheses::add(const Tokens& tokens, float sum) {
  const float score = score_of(sum, tokens.size());
  if (full() && !(score > best_.back().score)) return;
  if (full()) best_.pop_back();
  const auto behind = std::ranges::find_if(best_, [&](const Hypothesis& other) {  //
    return score > other.score;
  });
  best_.insert(behind, {tokens, score});
}

bool Hypotheses::can_improve(float sum, size_t length) const {
  return best_.back().score < score_of(sum, length);
}

Beams::Beams(const BeamSettings& settings, const std::vector<Tokens>& start)
    : settings_(settings),
      finished_(settings.batch, Hypotheses(settings.beams, settings.length_penalty)),
      done_(settings.batch) {
  // All sequences of an item begin alike: only one of them counts at first.
  constexpr float behind = -1e9f;
  for (size_t item = 0; item < settings.batch; ++item) {
    for (size_t beam = 0; beam < settings.beams; ++beam) {
      sequences_.push_back(start[item]);
      sums_.push_back(beam == 0 ? 0 : behind);
    }
  }
}

// Twice as many as can go on: so many that are not at their end are among them for sure.
std::vector<Beams::Candidate> Beams::candidates(std::span<const float> scores, size_t vocabulary,
                                                size_t item) const {
  const size_t begin = item * settings_.beams * vocabulary;
  const auto mine = scores.subspan(begin, settings_.beams * vocabulary);
  std::vector<size_t> order(mine.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const size_t count = std::min(2 * settings_.beams, order.size());
  std::ranges::partial_sort(
      order, order.begin() + static_cast<ptrdiff_t>(count),
      [&](size_t a, size_t b) { return mine[a] != mine[b] ? mine[a] > mine[b] : a < b; });
  std::vector<Candidate> best;
  for (const size_t at : std::span(order).first(count)) {
    best.push_back({mine[at], static_cast<int64_t>(item * settings_.beams + at / vocabulary),
                    static_cast<int64_t>(at % vocabulary)});
  }
  return best;
}

// Those of the candidates that go on; others are finished or dropped.
std::vector<Beams::Candidate> Beams::sort_out(const std::vector<Candidate>& candidates,
                                              size_t item) {
  std::vector<Candidate> open;
  Hypotheses& finished = finished_[item];
  for (size_t place = 0; place < candidates.size() && open.size() < settings_.beams; ++place) {
    const Candidate& candidate = candidates[place];
    if (candidate.token != settings_.end) {
      open.push_back(candidate);
    } else if (place < settings_.beams) {
      finished.add(sequences_[static_cast<size_t>(candidate.row)], candidate.sum);
    }
  }
  if (!finished.full()) return open;
  const size_t length = sequences_[item * settings_.beams].size();
  done_[item] = settings_.early_stopping || !finished.can_improve(candidates.front().sum, length);
  return open;
}

std::vector<int64_t> Beams::advance(std::span<const float> scores, size_t vocabulary) {
  std::vector<Tokens> sequences;
  std::vector<int64_t> parents;
  for (size_t item = 0; item < settings_.batch; ++item) {
    std::vector<Candidate> open;
    if (!done_[item]) open = sort_out(candidates(scores, vocabulary, item), item);
    open.resize(settings_.beams, {0, 0, settings_.pad});
    for (const Candidate& candidate : open) {
      parents.push_back(candidate.row);
      sums_[sequences.size()] = candidate.sum;
      sequences.push_back(sequences_[static_cast<size_t>(candidate.row)]);
      sequences.back().push_back(candidate.token);
    }
  }
  sequences_ = std::move(sequences);
  return parents;
}

bool Beams::done() const { return std::ranges::find(done_, false) == done_.end(); }

std::vector<Hypotheses> Beams::finish() {
  for (size_t row = 0; row < sequences_.size(); ++row) {
    const size_t item = row / settings_.beams;
    if (!done_[item]) finished_[item].add(sequences_[row], sums_[row]);
  }
  return finished_;
}

}  // namespace tenon::ops
