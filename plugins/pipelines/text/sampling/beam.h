// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

// Beam search: of several texts that grow side by side, the one that is most probable as a whole.
// Meant for models with an encoder; it needs nothing of a model but the calls below.
// One thread at a time.
namespace tenon::text {

// Sequences that grow by tokens, and the model's logits after them.
class BeamModel {
 public:
  struct Next {
    uint32_t sequence;
    int32_t token;
  };
  using Logits = std::function<Status(size_t row, std::span<const float> logits)>;

  virtual ~BeamModel() = default;
  // A second sequence with the same tokens.
  virtual Result<uint32_t> fork(uint32_t sequence) = 0;
  virtual Status drop(uint32_t sequence) = 0;
  // Appends a token to each of some sequences, and gives the logits after it, row by row.
  virtual Status step(std::span<const Next> next, const Logits& logits) = 0;
};

struct BeamSettings {
  size_t beams = 4;
  size_t results = 1;  // at most `beams`
  size_t max_tokens = 256;
  double length_penalty = 1;  // scores are divided by length to this power; above 1 favours length
  bool early_stopping = false;  // end as soon as `beams` texts have ended
  std::vector<int32_t> end;     // tokens that end a text
};

struct BeamText {
  std::vector<int32_t> ids;  // without the first token; with the one that ended it
  double score = 0;
  bool ended = false;
};

// Grows the sequence, which the search owns from here on, by `first` and then by what the model
// says. The best text is first.
Result<std::vector<BeamText>> beam_search(BeamModel& model, uint32_t sequence, int32_t first,
                                          const BeamSettings& settings);

}  // namespace tenon::text
