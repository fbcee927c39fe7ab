// SPDX-License-Identifier: Apache-2.0
#include "sampling/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace tenon::text {
namespace {

// Logits of these probabilities.
std::vector<float> logits_of(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

SamplerSettings from(std::string_view request, std::string_view config = R"({"do_sample": true})") {
  SamplerSettings settings;
  const auto first = parse_json(config);
  const auto second = parse_json(request);
  EXPECT_TRUE(first.ok() && second.ok());
  EXPECT_TRUE(apply_generation_config(*first, settings).ok());
  const Status status = apply_sampling_request(*second, settings);
  EXPECT_TRUE(status.ok()) << status.message();
  return settings;
}

std::vector<int32_t> draws(std::string_view request, const std::vector<float>& logits, int count) {
  Sampler sampler(from(request), {});
  std::vector<int32_t> ids;
  for (int i = 0; i < count; ++i) ids.push_back(sampler.choose(logits)->id);
  return ids;
}

std::set<int32_t> drawn(std::string_view request, const std::vector<float>& logits) {
  const auto ids = draws(request, logits, 2000);
  return {ids.begin(), ids.end()};
}

TEST(Random, gives_the_same_numbers_on_every_machine) {
  Random random(42);
  EXPECT_EQ(random.next(), 15021278609987233951u);
  EXPECT_EQ(random.next(), 5881210131331364753u);
  for (int i = 0; i < 1000; ++i) {
    const double at = random.uniform();
    EXPECT_TRUE(at >= 0 && at < 1) << at;
  }
}

TEST(Sampler, without_a_temperature_it_takes_the_most_probable_token) {
  EXPECT_EQ(draws(R"({"temperature": 0})", {1, 3, 2, 3}, 3), (std::vector<int32_t>{1, 1, 1}));
  EXPECT_EQ(from("{}", "{}").temperature, 0);
}

TEST(Sampler, draws_tokens_as_often_as_they_are_probable) {
  const auto ids = draws(R"({"seed": 7})", logits_of({0.1, 0.2, 0.3, 0.4}), 20000);
  for (int32_t id = 0; id < 4; ++id) {
    EXPECT_NEAR(static_cast<double>(std::ranges::count(ids, id)) / 20000, 0.1 * (id + 1), 0.01);
  }
}

TEST(Sampler, the_same_seed_gives_the_same_text) {
  const auto logits = logits_of({0.1, 0.2, 0.3, 0.4});
  EXPECT_EQ(draws(R"({"seed": 5})", logits, 100), draws(R"({"seed": 5})", logits, 100));
  EXPECT_NE(draws(R"({"seed": 5})", logits, 100), draws(R"({"seed": 6})", logits, 100));
}

TEST(Sampler, filters_leave_what_they_say) {
  const auto logits = logits_of({0.05, 0.4, 0.3, 0.2, 0.05});
  EXPECT_EQ(drawn(R"({"top_k": 2})", logits), (std::set<int32_t>{1, 2}));
  EXPECT_EQ(drawn(R"({"top_p": 0.6})", logits), (std::set<int32_t>{1, 2}));
  EXPECT_EQ(drawn(R"({"top_p": 0.75})", logits), (std::set<int32_t>{1, 2, 3}));
  EXPECT_EQ(drawn(R"({"min_p": 0.45})", logits), (std::set<int32_t>{1, 2, 3}));
  EXPECT_EQ(drawn(R"({"min_p": 1})", logits), (std::set<int32_t>{1}));
  // The expected surprise is 1.35 nats: 0.3 is 0.15 away, 0.2 is 0.26, 0.4 is 0.43.
  EXPECT_EQ(drawn(R"({"typical_p": 0.45})", logits), (std::set<int32_t>{2, 3}));
  EXPECT_EQ(drawn(R"({"top_p": 0})", logits), (std::set<int32_t>{1}));
  EXPECT_EQ(drawn(R"({"temperature": 1e-3})", logits), (std::set<int32_t>{1}));
}

TEST(Sampler, penalties_look_at_the_text_and_repetition_also_at_the_prompt) {
  const std::vector<float> logits = {2, 1.5F, -1};
  const std::vector<int32_t> prompt = {0};
  Sampler repeats(from(R"({"temperature": 0, "repetition_penalty": 2})"), prompt);
  EXPECT_EQ(repeats.choose(logits)->id, 1);
  Sampler present(from(R"({"temperature": 0, "presence_penalty": 1})"), prompt);
  EXPECT_EQ(present.choose(logits)->id, 0);
  present.accept(0);
  EXPECT_EQ(present.choose(logits)->id, 1);
  Sampler frequent(from(R"({"temperature": 0, "frequency_penalty": 0.3})"), prompt);
  frequent.accept(0);
  EXPECT_EQ(frequent.choose(logits)->id, 0);
  frequent.accept(0);
  EXPECT_EQ(frequent.choose(logits)->id, 1);
}

TEST(Sampler, a_bias_is_added_and_unknown_tokens_are_passed_over) {
  EXPECT_EQ(draws(R"({"temperature": 0, "logit_bias": {"2": 100, "99": 5}})", {1, 2, 0}, 1),
            (std::vector<int32_t>{2}));
}

TEST(Sampler, log_probabilities_are_those_of_the_model) {
  Sampler sampler(from(R"({"temperature": 0, "logit_bias": {"0": 100}, "logprobs": 2})"), {});
  const auto choice = sampler.choose(logits_of({0.1, 0.2, 0.7}));
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->id, 0);
  EXPECT_NEAR(choice->logprob, std::log(0.1), 1e-6);
  ASSERT_EQ(choice->top.size(), 2u);
  EXPECT_EQ(choice->top[0].id, 2);
  EXPECT_NEAR(choice->top[0].logprob, std::log(0.7), 1e-6);
}

TEST(Sampler, logits_that_are_no_numbers_are_passed_over_or_refused) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(draws("{}", {nan, 1, nan}, 5), (std::vector<int32_t>{1, 1, 1, 1, 1}));
  EXPECT_EQ(draws("{}", {0, infinity, 0}, 1), (std::vector<int32_t>{1}));
  Sampler sampler(from("{}"), {});
  const std::vector<float> bad = {nan, -infinity};
  const auto choice = sampler.choose(bad);
  ASSERT_FALSE(choice.ok());
  EXPECT_EQ(choice.status().message(), "none of the model's 2 logits is a number");
}

TEST(SamplerSettings, values_without_sense_are_errors_that_name_the_key) {
  for (const std::string_view request :
       {R"({"temperature": -1})", R"({"top_p": 1.5})", R"({"top_k": "x"})", R"({"seed": 0.5})",
        R"({"logit_bias": {"x": 1}})", R"({"logprobs": -2})", R"({"repetition_penalty": 0})"}) {
    SamplerSettings settings;
    const Status status = apply_sampling_request(*parse_json(request), settings);
    ASSERT_FALSE(status.ok()) << request;
    const std::string_view key = request.substr(2, request.find('"', 2) - 2);
    EXPECT_NE(status.message().find(key), std::string_view::npos) << status.message();
  }
}

}  // namespace
}  // namespace tenon::text
