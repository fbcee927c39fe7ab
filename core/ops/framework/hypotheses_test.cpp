// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/hypotheses.h"

#include <gtest/gtest.h>

namespace tenon::ops {
namespace {

TEST(Hypotheses, the_worst_goes_when_there_is_no_room) {
  Hypotheses best(2, 1);
  best.add({1, 2}, -4);
  best.add({1, 2, 3}, -3);
  best.add({1}, -1.5f);
  ASSERT_EQ(best.best().size(), 2u);
  EXPECT_EQ(best.best()[0].tokens, (Tokens{1, 2, 3}));
  EXPECT_EQ(best.best()[0].score, -1);
  EXPECT_EQ(best.best()[1].tokens, (Tokens{1}));
}

TEST(Hypotheses, of_equal_ones_the_first_stays_in_front) {
  Hypotheses best(3, 0);
  best.add({1}, -1);
  best.add({2}, -1);
  EXPECT_EQ(best.best()[0].tokens, (Tokens{1}));
  EXPECT_EQ(best.best()[1].tokens, (Tokens{2}));
}

TEST(Hypotheses, a_length_penalty_makes_longer_ones_better) {
  Hypotheses best(2, 2);
  best.add({1, 2}, -4);
  EXPECT_EQ(best.best()[0].score, -1);
  EXPECT_TRUE(best.can_improve(-8, 3));
  EXPECT_FALSE(best.can_improve(-9, 3));
}

TEST(Beams, only_one_of_the_beams_counts_at_first) {
  Beams beams({.batch = 1, .beams = 2}, {{7}});
  EXPECT_EQ(beams.sequences(), (std::vector<Tokens>{{7}, {7}}));
  EXPECT_EQ(beams.sums(), (std::vector<float>{0, -1e9f}));
  const std::vector<int64_t> parents = beams.advance(std::vector<float>{-3, -1, -2, -9, -9, -9}, 3);
  EXPECT_EQ(parents, (std::vector<int64_t>{0, 0}));
  EXPECT_EQ(beams.sequences(), (std::vector<Tokens>{{7, 1}, {7, 2}}));
  EXPECT_EQ(beams.sums(), (std::vector<float>{-1, -2}));
}

TEST(Beams, what_ends_is_kept_without_its_end_and_others_go_on) {
  Beams beams({.batch = 1, .beams = 2, .end = 0}, {{7}});
  beams.advance(std::vector<float>{-1, -2, -3, -9, -9, -9}, 3);
  EXPECT_EQ(beams.sequences(), (std::vector<Tokens>{{7, 1}, {7, 2}}));
  EXPECT_FALSE(beams.done());
  const std::vector<Hypotheses> results = beams.finish();
  ASSERT_EQ(results[0].best().size(), 2u);
  EXPECT_EQ(results[0].best()[0].tokens, (Tokens{7}));
  EXPECT_EQ(results[0].best()[1].tokens, (Tokens{7, 1}));
}

TEST(Beams, an_end_behind_the_best_ones_is_dropped) {
  Beams beams({.batch = 1, .beams = 1, .end = 0}, {{7}});
  beams.advance(std::vector<float>{-2, -1, -3}, 3);
  EXPECT_EQ(beams.finish()[0].best()[0].tokens, (Tokens{7, 1}));
}

TEST(Beams, an_item_is_done_when_nothing_can_become_better) {
  Beams beams({.batch = 1, .beams = 1, .end = 0}, {{7}});
  beams.advance(std::vector<float>{-3, -2, -4}, 3);
  EXPECT_FALSE(beams.done());
  beams.advance(std::vector<float>{-3, -9, -9}, 3);
  // What ends has -3 for two tokens; nothing that goes on has more.
  EXPECT_TRUE(beams.done());
}

TEST(Beams, stopping_early_asks_for_no_better_ones) {
  Beams beams({.batch = 1, .beams = 1, .early_stopping = true, .end = 0}, {{7}});
  beams.advance(std::vector<float>{-1, -2, -3}, 3);
  EXPECT_TRUE(beams.done());
}

}  // namespace
}  // namespace tenon::ops
