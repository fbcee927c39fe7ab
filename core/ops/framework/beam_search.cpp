// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/body_roles.h"
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/hypotheses.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/framework/searches.h"

#include <algorithm>
#include <cmath>

namespace tenon::ops {
namespace {

constexpr int64_t most_beams = 1024;

enum Input : size_t { max_length = 1, num_beams = 3, num_return_sequences = 4, length_penalty = 5 };
enum Output : size_t { sequences, sequences_scores, scores, cross_qk, non_speech_probs };

struct Wanted {
  size_t length = 0, beams = 1, results = 1;
  float length_penalty = 1;
};

Result<Wanted> wanted_of(const HostContext& c) {
  TENON_TRY_ASSIGN(const int64_t length, scalar_input(c, max_length));
  TENON_TRY_ASSIGN(const int64_t beams, scalar_input(c, num_beams));
  TENON_TRY_ASSIGN(const int64_t results, scalar_input(c, num_return_sequences));
  TENON_TRY_ASSIGN(const double penalty, real_input(c, length_penalty, 1));
  if (length < 1 || length > most_length) {
    return invalid("max_length is {}, expected 1 to {}", length, most_length);
  }
  if (beams < 1 || beams > most_beams || results < 1 || results > beams) {
    return invalid("{} sequences are wanted of {} beams, expected 1 to as many as beams", results,
                   beams);
  }
  return Wanted{static_cast<size_t>(length), static_cast<size_t>(beams),
                static_cast<size_t>(results), static_cast<float>(penalty)};
}

int64_t signed_of(size_t number) { return static_cast<int64_t>(number); }

// The scores of every step, 0 where the search ended before.
class History {
 public:
  static Result<History> of(const HostContext& c, size_t steps, size_t batch, size_t beams,
                            size_t vocabulary) {
    History history;
    if (!c.wants(scores)) return history;
    TENON_TRY_ASSIGN(history.all_,
                     make_tensor(DType::f32, {signed_of(steps), signed_of(batch), signed_of(beams),
                                              signed_of(vocabulary)}));
    std::fill_n(history.all_.data.get(), history.all_.bytes, std::byte{0});
    return history;
  }
  void add(const std::vector<float>& step) {
    if (!all_.data) return;
    std::ranges::copy(step, reinterpret_cast<float*>(all_.data.get()) + at_);
    at_ += step.size();
  }
  HostTensor& tensor() { return all_; }

 private:
  HostTensor all_;
  size_t at_ = 0;
};

Status give_results(HostContext& c, const std::vector<Hypotheses>& found, const Wanted& wanted,
                    int64_t pad) {
  std::vector<int64_t> tokens;
  std::vector<float> sums;
  for (const Hypotheses& item : found) {
    for (const Hypothesis& one : std::span(item.best()).first(wanted.results)) {
      tokens.insert(tokens.end(), one.tokens.begin(), one.tokens.end());
      tokens.insert(tokens.end(), wanted.length - one.tokens.size(), pad);
      sums.push_back(one.score);
    }
  }
  const auto batch = signed_of(found.size()), results = signed_of(wanted.results);
  TENON_TRY_ASSIGN(HostTensor made,
                   integer_tensor(DType::i32, {batch, results, signed_of(wanted.length)}, tokens));
  c.output(sequences, std::move(made));
  if (!c.wants(sequences_scores)) return {};
  TENON_TRY_ASSIGN(HostTensor scored, make_tensor(DType::f32, {batch, results}));
  std::ranges::copy(sums, reinterpret_cast<float*>(scored.data.get()));
  c.output(sequences_scores, std::move(scored));
  return {};
}

// The probability that nothing is said, of each item.
Status give_silence(HostContext& c, Logits logits, size_t beams) {
  const int64_t token = c.integer("no_speech_token_id", -1);
  if (token < 0 || static_cast<uint64_t>(token) >= logits.vocabulary) {
    return invalid("no_speech_token_id is {} of {} tokens", token, logits.vocabulary);
  }
  TENON_TRY_ASSIGN(HostTensor made, make_tensor(DType::f32, {signed_of(logits.rows / beams)}));
  auto* probability = reinterpret_cast<float*>(made.data.get());
  for (size_t row = 0; row < logits.rows; row += beams) {
    log_softmax(logits.of(row));
    *probability++ = std::exp(logits.of(row)[static_cast<size_t>(token)]);
  }
  c.output(non_speech_probs, std::move(made));
  return {};
}

// Logits become the sums of the logarithms of whole sequences.
void score(Logits& logits, const TokenRules& rules, const Beams& beams, size_t beams_each,
           bool is_first) {
  for (size_t row = 0; row < logits.rows; ++row) {
    const std::span<float> mine = logits.of(row);
    log_softmax(mine);
    rules.apply(mine, beams.sequences()[row], row / beams_each, is_first);
    for (float& one : mine) {
      one += beams.sums()[row];
      if (std::isnan(one)) one = banned;
    }
  }
}

}  // namespace

Status infer_beam_search(InferContext& c) {
  TENON_TRY(declare_bodies(c));
  declare_output(c, sequences, tensor_outlook(DType::i32, 3));
  declare_output(c, sequences_scores, tensor_outlook(DType::f32, 2));
  declare_output(c, scores, tensor_outlook(DType::f32, 4));
  declare_output(c, non_speech_probs, tensor_outlook(DType::f32, 1));
  return {};
}

Status run_beam_search(HostContext& c, const SearchInputs& inputs) {
  TENON_TRY_ASSIGN(const Wanted wanted, wanted_of(c));
  TENON_TRY_ASSIGN(const TokenRules rules, TokenRules::of(c, inputs.rules));
  TENON_TRY_ASSIGN(DecodingBodies bodies, DecodingBodies::open(c, inputs.bodies, wanted.beams));
  const size_t begin = bodies.start().front().size();
  if (begin >= wanted.length) {
    return invalid("max_length is {}, but {} tokens are given", wanted.length, begin);
  }
  const BeamSettings settings{.batch = bodies.batch(),
                              .beams = wanted.beams,
                              .length_penalty = wanted.length_penalty,
                              .early_stopping = c.integer("early_stopping", 0) != 0,
                              .end = c.integer("eos_token_id", -1),
                              .pad = c.integer("pad_token_id", 0)};
  Beams beams(settings, bodies.start());
  TENON_TRY_ASSIGN(Logits logits, bodies.first());
  TENON_TRY(rules.check(settings.batch, logits.vocabulary));
  if (c.wants(non_speech_probs)) TENON_TRY(give_silence(c, logits, settings.beams));
  TENON_TRY_ASSIGN(History history, History::of(c, wanted.length - begin, settings.batch,
                                                settings.beams, logits.vocabulary));
  for (size_t length = begin;; ++length) {
    score(logits, rules, beams, settings.beams, length == begin);
    history.add(logits.scores);
    const std::vector<int64_t> parents = beams.advance(logits.scores, logits.vocabulary);
    if (beams.done() || length + 1 == wanted.length) break;
    const size_t vocabulary = logits.vocabulary;
    TENON_TRY_ASSIGN(logits, bodies.next(beams.sequences(), parents));
    if (logits.vocabulary != vocabulary) {
      return invalid("a vocabulary of {} and then {} tokens", vocabulary, logits.vocabulary);
    }
  }
  if (c.wants(scores)) c.output(scores, std::move(history.tensor()));
  return give_results(c, beams.finish(), wanted, settings.pad);
}

}  // namespace tenon::ops
