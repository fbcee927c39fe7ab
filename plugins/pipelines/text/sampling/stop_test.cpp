// SPDX-License-Identifier: Apache-2.0
#include "sampling/stop.h"

#include <gtest/gtest.h>

namespace tenon::text {
namespace {

TEST(StopStrings, the_text_ends_before_the_first_of_them) {
  StopStrings stops({"END", "\n\n"});
  EXPECT_EQ(stops.push("one END two\n\n"), "one ");
  EXPECT_EQ(stops.stopped(), "END");
  EXPECT_EQ(stops.push("three"), "");
}

TEST(StopStrings, what_may_be_the_beginning_of_one_is_held_back) {
  StopStrings stops({"</s>"});
  EXPECT_EQ(stops.push("a<"), "a");
  EXPECT_EQ(stops.push("/"), "");
  EXPECT_EQ(stops.push("b <"), "</b ");
  EXPECT_EQ(stops.push("/s"), "");
  EXPECT_EQ(stops.push("> c"), "");
  EXPECT_EQ(stops.stopped(), "</s>");
}

TEST(StopStrings, a_beginning_inside_a_beginning_is_found) {
  StopStrings stops({"aab"});
  EXPECT_EQ(stops.push("aa"), "");
  EXPECT_EQ(stops.push("a"), "a");
  EXPECT_EQ(stops.push("b"), "");
  EXPECT_TRUE(stops.stopped());
}

TEST(StopStrings, the_end_of_the_text_gives_back_what_was_held) {
  StopStrings stops({"xyz", ""});
  EXPECT_EQ(stops.push("wxy"), "w");
  EXPECT_EQ(stops.finish(), "xy");
  EXPECT_FALSE(stops.stopped());
}

}  // namespace
}  // namespace tenon::text
