// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/rope.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tenon::recipes {
namespace {

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], 1e-9 * expected[i]) << i;
  }
}

TEST(Rope, pairs_turn_slower_and_slower) {
  expect_near(frequencies({}, 8), {1, 0.1, 0.01, 0.001});
  expect_near(frequencies({.type = "linear", .factor = 4}, 4), {0.25, 0.0025});
  EXPECT_EQ(magnitude({}), 1);
}

TEST(Rope, llama3_slows_only_what_turns_slowly) {
  Rope rope = {.type = "llama3", .base = 500000, .factor = 8, .original = 8192};
  expect_near(
      frequencies(rope, 16),
      {1.0, 0.19392274474868576, 0.03760603093086393, 0.007292664737217109, 0.0005248461609929547,
       3.428102195952591e-05, 6.647869871181235e-06, 1.2891731721515574e-06});
}

TEST(Rope, yarn_blends_between_two_borders) {
  Rope rope = {.type = "yarn", .factor = 4, .original = 4096};
  expect_near(frequencies(rope, 16), {1.0, 0.31622776601683794, 0.1, 0.02569350598886808, 0.00625,
                                      0.001383496476323666, 0.00025, 7.905694150420948e-05});
  EXPECT_NEAR(magnitude(rope), 0.1 * std::log(4) + 1, 1e-12);
  rope.mscale = rope.mscale_all = 0.7;
  EXPECT_NEAR(magnitude(rope), 1, 1e-12);
}

TEST(Rope, longrope_takes_the_factors_of_its_context) {
  Rope rope = {.type = "longrope", .original = 4096, .context = 4096};
  rope.short_factors = {1, 2};
  rope.long_factors = {4, 5};
  expect_near(frequencies(rope, 4), {1, 0.005});
  EXPECT_EQ(magnitude(rope), 1);
  rope.context = 131072;
  expect_near(frequencies(rope, 4), {0.25, 0.002});
  EXPECT_NEAR(magnitude(rope), 1.1902380714238083, 1e-12);
}

TEST(Rope, dynamic_grows_the_base_beyond_its_context) {
  Rope rope = {.type = "dynamic", .factor = 2, .original = 1024, .context = 1024};
  expect_near(frequencies(rope, 4), {1, 0.01});
  rope.context = 2048;
  expect_near(frequencies(rope, 4), {1, std::pow(10000 * std::pow(3, 2), -0.5)});
}

}  // namespace
}  // namespace tenon::recipes
