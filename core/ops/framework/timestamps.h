// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <span>
#include <vector>

// The rules by which Whisper tells times: tokens behind all others stand for times, which come in
// pairs around texts and never decrease.
namespace tenon::ops {

class Timestamps {
 public:
  static Result<Timestamps> of(const AttributeContext& c);

  // Whether the vocabulary has the tokens.
  Status check(size_t vocabulary) const;
  // Bans what may not follow the sequence; scores are logarithms of probabilities.
  void apply(std::span<float> scores, std::span<const int64_t> sequence) const;

 private:
  void order_times(std::span<float> scores, std::span<const int64_t> sequence, size_t begin) const;

  int64_t first_ = 0;                  // token of the time 0
  int64_t end_ = 0;                    // of a text
  std::vector<int64_t> never_, once_;  // never generated; not behind the first time
};

}  // namespace tenon::ops
