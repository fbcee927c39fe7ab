// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/timestamps.h"

#include "core/ops/framework/token_rules.h"

#include <gtest/gtest.h>

namespace tenon::ops {
namespace {

using Floats = std::vector<float>;

// Tokens 0 and 1 are texts, 2 the end, 3 says that no times are wanted, 4 to 7 are times.
Result<Timestamps> times() {
  Graph graph;
  Node node;
  node.attributes = {{"beginning_timestamp_token_id", int64_t{4}},
                     {"eos_token_id", int64_t{2}},
                     {"no_timestamps_token_id", int64_t{3}}};
  return Timestamps::of(AttributeContext(graph, node));
}

Floats behind(const Tokens& sequence, Floats scores = {-1, -1, -1, -1, -9, -9, -9, -9}) {
  times()->apply(scores, sequence);
  return scores;
}

constexpr float no = banned;

TEST(Timestamps, behind_a_first_time_comes_a_text) {
  EXPECT_EQ(behind({0, 5}), (Floats{-1, -1, -1, no, no, no, no, no}));
}

TEST(Timestamps, a_text_may_end_with_a_time_that_is_later) {
  EXPECT_EQ(behind({0, 5, 1}), (Floats{-1, -1, -1, no, no, no, -9, -9}));
}

TEST(Timestamps, times_around_a_text_come_in_pairs) {
  EXPECT_EQ(behind({0, 4, 1, 6}), (Floats{no, no, -1, no, no, no, -9, -9}));
  EXPECT_EQ(behind({0, 4, 1, 6, 6}), (Floats{-1, -1, -1, no, no, no, no, no}));
}

TEST(Timestamps, times_that_are_more_probable_together_exclude_texts) {
  const Floats scores = {-2, -2, -2, -2, -3, -3, -3, -3};
  EXPECT_EQ(behind({0}, scores), (Floats{no, no, no, no, -3, -3, -3, -3}));
}

TEST(Timestamps, the_vocabulary_must_have_them) {
  EXPECT_EQ(times()->check(4).message(), "beginning_timestamp_token_id is 4 of 4 tokens");
  EXPECT_TRUE(times()->check(5).ok());
}

}  // namespace
}  // namespace tenon::ops
