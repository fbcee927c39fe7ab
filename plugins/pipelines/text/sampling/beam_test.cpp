// SPDX-License-Identifier: Apache-2.0
#include "sampling/beam.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace tenon::text {
namespace {

constexpr int32_t end = 0;

// A toy: the probabilities of the next token depend on the last one only.
class Toy : public BeamModel {
 public:
  explicit Toy(std::map<int32_t, std::vector<double>> next) : next_(std::move(next)) {
    texts_[0] = {};
  }

  Result<uint32_t> fork(uint32_t sequence) override {
    const uint32_t made = ++last_;
    texts_[made] = texts_.at(sequence);
    most_ = std::max(most_, texts_.size());
    return made;
  }

  Status drop(uint32_t sequence) override {
    return texts_.erase(sequence) == 1 ? Status() : internal_error("no sequence {}", sequence);
  }

  Status step(std::span<const Next> next, const Logits& logits) override {
    for (size_t row = 0; row < next.size(); ++row) {
      texts_.at(next[row].sequence).push_back(next[row].token);
      std::vector<float> values;
      for (const double p : next_.at(next[row].token)) {
        values.push_back(static_cast<float>(std::log(p)));
      }
      TENON_TRY(logits(row, values));
    }
    return {};
  }

  size_t sequences() const { return texts_.size(); }
  size_t most() const { return most_; }

 private:
  std::map<int32_t, std::vector<double>> next_;
  std::map<uint32_t, std::vector<int32_t>> texts_;
  uint32_t last_ = 0;
  size_t most_ = 1;
};

// 1 looks better than 2 at first and is worse as a whole: 0.6 * 0.4 * 0.9 against 0.4 * 0.9 * 0.9.
const std::map<int32_t, std::vector<double>> garden = {
    {9, {1e-9, 0.6, 0.4, 1e-9, 1e-9}},  {1, {1e-9, 1e-9, 1e-9, 0.4, 0.35}},
    {2, {1e-9, 1e-9, 1e-9, 1e-9, 0.9}}, {3, {0.9, 0.05, 0.05, 1e-9, 1e-9}},
    {4, {0.9, 0.05, 0.05, 1e-9, 1e-9}},
};

BeamSettings settings_of(size_t beams) {
  BeamSettings settings;
  settings.beams = beams;
  settings.results = beams;
  settings.max_tokens = 10;
  settings.end = {end};
  return settings;
}

TEST(BeamSearch, finds_the_text_that_is_best_as_a_whole) {
  Toy toy(garden);
  const auto texts = beam_search(toy, 0, 9, settings_of(3));
  ASSERT_TRUE(texts.ok()) << texts.status().message();
  ASSERT_EQ(texts->size(), 3u);
  EXPECT_EQ(texts->front().ids, (std::vector<int32_t>{2, 4, end}));
  EXPECT_TRUE(texts->front().ended);
  EXPECT_GE((*texts)[0].score, (*texts)[1].score);
}

TEST(BeamSearch, one_beam_is_greedy) {
  Toy toy(garden);
  const auto texts = beam_search(toy, 0, 9, settings_of(1));
  ASSERT_TRUE(texts.ok());
  EXPECT_EQ(texts->front().ids, (std::vector<int32_t>{1, 3, end}));
}

TEST(BeamSearch, drops_every_sequence_and_never_has_more_than_beams) {
  Toy toy(garden);
  ASSERT_TRUE(beam_search(toy, 0, 9, settings_of(4)).ok());
  EXPECT_EQ(toy.sequences(), 0u);
  EXPECT_LE(toy.most(), 4u);
}

TEST(BeamSearch, texts_that_do_not_end_are_cut_at_the_limit) {
  Toy toy({{9, {1e-9, 1, 1e-9}}, {1, {1e-9, 1, 1e-9}}, {2, {1e-9, 1, 1e-9}}});
  const auto texts = beam_search(toy, 0, 9, settings_of(2));
  ASSERT_TRUE(texts.ok());
  EXPECT_EQ(texts->front().ids.size(), 10u);
  EXPECT_FALSE(texts->front().ended);
}

TEST(BeamSearch, logits_that_are_no_numbers_are_an_error) {
  Toy toy({{9, {NAN, NAN, NAN}}});
  EXPECT_FALSE(beam_search(toy, 0, 9, settings_of(2)).ok());
}

}  // namespace
}  // namespace tenon::text
