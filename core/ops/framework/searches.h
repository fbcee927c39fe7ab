// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/framework/decoding_bodies.h"
#include "core/ops/op.h"

// What the operators that search texts with bodies share.
namespace tenon::ops {

struct SearchInputs {
  DecodingBodies::Inputs bodies;
  RuleInputs rules;
};

// The longest text that a search may be asked for.
constexpr int64_t most_length = int64_t{1} << 20;

// BeamSearch and those like it: inputs 0 to 11 are those of BeamSearch, and outputs 0 to 2. Output
// 4 is the probability that nothing is said.
Status infer_beam_search(InferContext& c);
Status run_beam_search(HostContext& c, const SearchInputs& inputs);

// Searches without beams. choose: a token by its scores, called row by row, step by step.
class TokenChooser {
 public:
  virtual Result<int64_t> choose(std::span<float> scores) = 0;

 protected:
  ~TokenChooser() = default;
};
Status infer_single_search(InferContext& c);
Status run_single_search(HostContext& c, const SearchInputs& inputs, TokenChooser& chooser);
size_t most_probable(std::span<const float> scores);

}  // namespace tenon::ops
