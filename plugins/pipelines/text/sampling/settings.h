// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/json.h"

#include <utility>
#include <vector>

// How the next token is chosen. Read from generation_config.json and then from the request, which
// wins. A value. [any thread]
namespace tenon::text {

struct SamplerSettings {
  double temperature = 0;         // 0: always the most probable token
  int64_t top_k = 0;              // 0: all
  double top_p = 1;               // the most probable tokens that together reach it
  double min_p = 0;               // tokens at least so probable, as a part of the most probable one
  double typical_p = 1;           // tokens of the least unusual surprise that together reach it
  double repetition_penalty = 1;  // divides what the prompt or the text has
  double presence_penalty = 0;    // taken off once from what the text has
  double frequency_penalty = 0;   // taken off for each time that the text has it
  std::vector<std::pair<int32_t, double>> logit_bias;  // added, by token
  uint64_t seed = 0;
  bool has_seed = false;
  int64_t logprobs = -1;  // alternatives to tell with each token; -1: tell nothing
};

// Adds what generation_config.json says: without "do_sample" the most probable token is taken.
Status apply_generation_config(const Json& config, SamplerSettings& settings);

// Adds what a request says: "temperature", "top_k", "top_p", "min_p", "typical_p",
// "repetition_penalty", "presence_penalty", "frequency_penalty", "logit_bias", "seed", "logprobs".
// Other keys are left to others.
Status apply_sampling_request(const Json& request, SamplerSettings& settings);

}  // namespace tenon::text
