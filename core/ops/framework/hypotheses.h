// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/framework/token_rules.h"

// The bookkeeping of a beam search: which sequences of a batch go on, which are finished, and when
// no better one can come.
namespace tenon::ops {

struct Hypothesis {
  Tokens tokens;
  float score = 0;  // the sum of its logarithms over a power of its length
};

// The best finished sequences of one item of a batch.
class Hypotheses {
 public:
  Hypotheses(size_t most, float length_penalty) : most_(most), length_penalty_(length_penalty) {}

  // Kept when there is room or it is better than the worst one, which then goes.
  void add(const Tokens& tokens, float sum);
  bool full() const { return best_.size() >= most_; }
  // Whether a sequence of this length and sum would be kept.
  bool can_improve(float sum, size_t length) const;
  const std::vector<Hypothesis>& best() const { return best_; }  // the best first

 private:
  float score_of(float sum, size_t length) const;

  size_t most_;
  float length_penalty_;
  std::vector<Hypothesis> best_;
};

struct BeamSettings {
  size_t batch = 1, beams = 1;
  float length_penalty = 1;
  bool early_stopping = false;
  int64_t end = -1, pad = 0;
};

class Beams {
 public:
  // start: the sequence of each item.
  Beams(const BeamSettings& settings, const std::vector<Tokens>& start);

  // Sequences that go on, item by item.
  const std::vector<Tokens>& sequences() const { return sequences_; }
  // The sum of the logarithms of each.
  const std::vector<float>& sums() const { return sums_; }

  // scores: of each sequence with each token behind it, `vocabulary` (at least 2) a sequence. The
  // best go on; returns which sequence each of those continues.
  std::vector<int64_t> advance(std::span<const float> scores, size_t vocabulary);
  // All items are finished.
  bool done() const;
  // What is still open counts as finished; the results of each item.
  std::vector<Hypotheses> finish();

 private:
  struct Candidate {
    float sum;
    int64_t row, token;
  };
  std::vector<Candidate> candidates(std::span<const float> scores, size_t vocabulary,
                                    size_t item) const;
  std::vector<Candidate> sort_out(const std::vector<Candidate>& candidates, size_t item);

  BeamSettings settings_;
  std::vector<Tokens> sequences_;
  std::vector<float> sums_;
  std::vector<Hypotheses> finished_;
  std::vector<bool> done_;
};

}  // namespace tenon::ops
