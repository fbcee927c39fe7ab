// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/framework/token_rules.h"

#include <optional>

// The models inside of search operators, as bodies: `decoder`, which is called again and again, the
// first time in another form where there is `init_decoder`; or `encoder` once, then `decoder`. What
// a body takes is told by the names of its inputs (body_roles.h); all that have no such name are
// states, which the outputs behind the logits replace in their order.
namespace tenon::ops {

// Scores of the tokens that may follow each sequence.
struct Logits {
  size_t rows = 0, vocabulary = 0;
  std::vector<float> scores;

  std::span<float> of(size_t row) {
    return std::span(scores).subspan(row * vocabulary, vocabulary);
  }
};

class DecodingBodies {
 public:
  // Inputs of the operator; RuleInputs::none where it has no such input.
  struct Inputs {
    size_t attention_mask = RuleInputs::none;
    size_t decoder_input_ids = RuleInputs::none;
  };

  // Reads the inputs; beams: sequences that are searched for each item of the batch. The context
  // must outlive the result.
  static Result<DecodingBodies> open(const HostContext& c, const Inputs& inputs, size_t beams);

  size_t batch() const { return batch_; }
  // What each item of the batch begins with; all have one length, at least 1.
  const std::vector<Tokens>& start() const { return start_; }
  // What follows the starts, for each beam.
  Result<Logits> first();
  // What follows the sequences, which continue those of the call before, each by one token; parents
  // says which.
  Result<Logits> next(const std::vector<Tokens>& sequences, std::span<const int64_t> parents);

 private:
  explicit DecodingBodies(const HostContext& c) : c_(c) {}

  Status read_texts(const Inputs& inputs);
  Status read_features(const Inputs& inputs);
  Result<HostTensor> fed(int64_t role, DType dtype) const;
  Result<std::vector<HostValue>> call(std::string_view body);
  Result<Logits> decode(std::string_view body);
  Result<Logits> encode();
  Status add_empty_states(std::string_view body, size_t count);
  void expand_rows(std::vector<Tokens>& rows) const;
  Status expand_rows(HostTensor& tensor, size_t axis) const;
  Result<Logits> logits_of(const HostValue& value) const;

  const HostContext& c_;
  size_t batch_ = 0, beams_ = 1;
  std::vector<Tokens> start_;
  // For the next call: of each item of the batch before first(), of each beam of it then.
  std::vector<Tokens> tokens_, positions_, mask_;
  HostTensor features_, hidden_;
  std::vector<HostTensor> states_;
};

}  // namespace tenon::ops
