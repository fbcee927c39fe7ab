// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sampling/random.h"
#include "sampling/settings.h"

#include <span>

// Chooses tokens by their logits, one text at a time. The same settings, logits and seed give the
// same tokens on every machine. One thread at a time.
namespace tenon::text {

struct TokenProbability {
  int32_t id = 0;
  double logprob = 0;  // of the model, before the settings change anything
};

struct Choice {
  int32_t id = 0;
  double logprob = 0;                 // only when the settings ask for it
  std::vector<TokenProbability> top;  // the most probable first
};

class Sampler {
 public:
  // prompt: what the repetition penalty counts beside the text.
  Sampler(SamplerSettings settings, std::span<const int32_t> prompt);

  // The next token. Fails when no logit is a number.
  Result<Choice> choose(std::span<const float> logits);

  // Takes a token into the text that penalties look at; choose() does not.
  void accept(int32_t id);

 private:
  struct Candidate {
    int32_t id;
    double logit;
    double probability;
  };

  void adjust(std::span<const float> logits);
  void keep_top_k();
  void measure();
  void keep_top_p();
  void keep_min_p();
  void keep_typical();
  int32_t draw();

  SamplerSettings settings_;
  Random random_;
  std::vector<int32_t> seen_;                        // ids of prompt and text, each once, sorted
  std::vector<std::pair<int32_t, int64_t>> counts_;  // of the text, sorted by id
  std::vector<Candidate> candidates_;
};

// log(softmax(logits)) of one token, and of the most probable ones.
double logprob_of(std::span<const float> logits, int32_t id);
std::vector<TokenProbability> most_probable(std::span<const float> logits, size_t count);

}  // namespace tenon::text
