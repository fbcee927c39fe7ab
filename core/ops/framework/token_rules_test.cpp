// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/token_rules.h"
#include "core/ops/framework/host_test.h"

#include <cmath>

namespace tenon::ops {
namespace {

using Floats = std::vector<float>;

class NoBodies : public BodyRunner {
 public:
  Result<std::vector<HostValue>> run(const Node&, uint32_t, std::span<const HostValue>) override {
    return internal_error("no bodies here");
  }
  Status poll() const override { return {}; }
};

HostValue integers(const std::vector<int32_t>& elements) {
  Result<HostTensor> tensor = make_tensor(DType::i32, {static_cast<int64_t>(elements.size())});
  std::memcpy(tensor->data.get(), elements.data(), tensor->bytes);
  return HostValue::of(std::move(*tensor));
}

HostValue real(float element) {
  Result<HostTensor> tensor = make_tensor(DType::f32, {});
  std::memcpy(tensor->data.get(), &element, sizeof element);
  return HostValue::of(std::move(*tensor));
}

// The rules of a node with these attributes and one input.
Result<TokenRules> rules(const Attributes& attributes, const RuleInputs& inputs = {},
                         const HostValue& input = {}) {
  Graph graph;
  Node node;
  node.attributes = attributes;
  NoBodies bodies;
  const HostValue* const given[] = {&input};
  return TokenRules::of(HostContext(graph, node, given, bodies), inputs);
}

Floats applied(const TokenRules& rules, Floats scores, const Tokens& sequence,
               bool is_first = false) {
  rules.apply(scores, sequence, 0, is_first);
  return scores;
}

TEST(TokenRules, used_tokens_become_less_probable) {
  const auto some = rules({}, {.repetition_penalty = 0}, real(2));
  ASSERT_TRUE(some.ok()) << some.status().message();
  EXPECT_EQ(applied(*some, {-1, 4, -3}, {1, 2, 2, 9, -1}), (Floats{-1, 2, -6}));
  EXPECT_EQ(rules({}, {.repetition_penalty = 0}, real(0)).status().message(),
            "repetition_penalty is 0, expected more than 0");
}

TEST(TokenRules, runs_do_not_come_twice) {
  const auto some = rules({{"no_repeat_ngram_size", 2}});
  EXPECT_EQ(applied(*some, {0, 0, 0}, {1, 2, 1}), (Floats{0, 0, banned}));
  EXPECT_EQ(applied(*some, {0, 0, 0}, {1}), (Floats{0, 0, 0}));
  const auto once = rules({{"no_repeat_ngram_size", 1}});
  EXPECT_EQ(applied(*once, {0, 0, 0}, {1, 9}), (Floats{0, banned, 0}));
}

TEST(TokenRules, the_end_waits_for_the_least_length) {
  const auto some = rules({{"eos_token_id", 1}}, {.min_length = 0}, integers({3}));
  EXPECT_EQ(applied(*some, {0, 0}, {5, 5}), (Floats{0, banned}));
  EXPECT_EQ(applied(*some, {0, 0}, {5, 5, 5}), (Floats{0, 0}));
}

TEST(TokenRules, masks_ban_tokens_always_or_at_first) {
  const auto always = rules({}, {.vocab_mask = 0}, integers({1, 0}));
  EXPECT_EQ(applied(*always, {0, 0}, {5}), (Floats{0, banned}));
  const auto first = rules({}, {.prefix_vocab_mask = 0}, integers({1, 0}));
  EXPECT_EQ(applied(*first, {0, 0}, {5}, true), (Floats{0, banned}));
  EXPECT_EQ(applied(*first, {0, 0}, {5}, false), (Floats{0, 0}));
  EXPECT_EQ(first->check(2, 2).message(), "prefix_vocab_mask has 2 elements, expected 4");
}

TEST(TokenRules, log_softmax_sums_to_one) {
  Floats scores = {1000, 1000 + std::log(3.0f)};
  log_softmax(scores);
  EXPECT_NEAR(std::exp(scores[0]), 0.25f, 1e-5);
  EXPECT_NEAR(std::exp(scores[1]), 0.75f, 1e-5);
}

}  // namespace
}  // namespace tenon::ops
