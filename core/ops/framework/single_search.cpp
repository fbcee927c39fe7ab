// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/body_roles.h"
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/framework/searches.h"

#include <algorithm>
#include <numeric>

namespace tenon::ops {
namespace {

Status give_texts(HostContext& c, std::vector<Tokens>& texts, size_t length, int64_t pad) {
  std::vector<int64_t> all;
  for (Tokens& text : texts) {
    text.resize(length, pad);
    all.insert(all.end(), text.begin(), text.end());
  }
  const auto rows = static_cast<int64_t>(texts.size()), columns = static_cast<int64_t>(length);
  TENON_TRY_ASSIGN(HostTensor made, integer_tensor(DType::i32, {rows, columns}, all));
  c.output(0, std::move(made));
  return {};
}

// What the last tokens were chosen by.
Status give_scores(HostContext& c, const Logits& logits) {
  const auto rows = static_cast<int64_t>(logits.rows);
  const auto columns = static_cast<int64_t>(logits.vocabulary);
  TENON_TRY_ASSIGN(HostTensor made, make_tensor(DType::f32, {rows, columns}));
  std::ranges::copy(logits.scores, reinterpret_cast<float*>(made.data.get()));
  c.output(1, std::move(made));
  return {};
}

}  // namespace

size_t most_probable(std::span<const float> scores) {
  size_t best = 0;
  for (size_t token = 1; token < scores.size(); ++token) {
    if (scores[token] > scores[best]) best = token;
  }
  return best;
}

Status infer_single_search(InferContext& c) {
  TENON_TRY(declare_bodies(c));
  declare_output(c, 0, tensor_outlook(DType::i32, 2));
  declare_output(c, 1, tensor_outlook(DType::f32, 2));
  return {};
}

Status run_single_search(HostContext& c, const SearchInputs& inputs, TokenChooser& chooser) {
  TENON_TRY_ASSIGN(const int64_t most, scalar_input(c, 1));
  TENON_TRY_ASSIGN(const TokenRules rules, TokenRules::of(c, inputs.rules));
  TENON_TRY_ASSIGN(DecodingBodies bodies, DecodingBodies::open(c, inputs.bodies, 1));
  std::vector<Tokens> sequences = bodies.start();
  const size_t begin = sequences.front().size();
  if (most > most_length || most <= static_cast<int64_t>(begin)) {
    return invalid("max_length is {}, expected {} to {}", most, begin + 1, most_length);
  }
  const auto length = static_cast<size_t>(most);
  const int64_t end = c.integer("eos_token_id", -1), pad = c.integer("pad_token_id", 0);
  std::vector<int64_t> parents(sequences.size());
  std::iota(parents.begin(), parents.end(), int64_t{0});
  std::vector<bool> is_done(sequences.size());
  TENON_TRY_ASSIGN(Logits logits, bodies.first());
  TENON_TRY(rules.check(sequences.size(), logits.vocabulary));
  for (size_t at = begin; at < length; ++at) {
    for (size_t row = 0; row < sequences.size(); ++row) {
      std::ranges::replace_if(
          logits.of(row), [](float score) { return score != score; }, banned);
      rules.apply(logits.of(row), sequences[row], row, at == begin);
      TENON_TRY_ASSIGN(const int64_t token, chooser.choose(logits.of(row)));
      is_done[row] = is_done[row] || token == end;
      sequences[row].push_back(is_done[row] ? pad : token);
    }
    if (std::ranges::find(is_done, false) == is_done.end() || at + 1 == length) break;
    const size_t vocabulary = logits.vocabulary;
    TENON_TRY_ASSIGN(logits, bodies.next(sequences, parents));
    if (logits.vocabulary != vocabulary) {
      return invalid("a vocabulary of {} and then {} tokens", vocabulary, logits.vocabulary);
    }
  }
  TENON_TRY(give_texts(c, sequences, length, pad));
  return c.wants(1) ? give_scores(c, logits) : Status();
}

}  // namespace tenon::ops
