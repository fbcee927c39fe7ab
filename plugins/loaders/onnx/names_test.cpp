// SPDX-License-Identifier: Apache-2.0
#include "names.h"

#include <gtest/gtest.h>

namespace tenon::onnx {
namespace {

using namespace std::string_literals;

TEST(Names, are_utf8_without_nul) {
  EXPECT_TRUE(is_good_name("conv1/weights"));
  EXPECT_TRUE(is_good_name("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
  EXPECT_FALSE(is_good_name("a\0b"s));
  EXPECT_FALSE(is_good_name("\xff"));
  EXPECT_FALSE(is_good_name("\xc0\x80"));          // NUL in two bytes
  EXPECT_FALSE(is_good_name("\xe0\x80\x80"));      // in three
  EXPECT_FALSE(is_good_name("\xed\xa0\x80"));      // half of a pair
  EXPECT_FALSE(is_good_name("\xf4\x90\x80\x80"));  // beyond the last
  EXPECT_FALSE(is_good_name("\xe2\x82"));
  EXPECT_FALSE(is_good_name(std::string(5'000, 'a')));
}

TEST(Names, are_cut_between_characters) {
  EXPECT_EQ(cut("abc", 5), "abc");
  EXPECT_EQ(cut("a\xe2\x82\xac", 3), "a");
  EXPECT_EQ(cut("a\xe2\x82\xac", 4), "a\xe2\x82\xac");
}

TEST(Names, in_messages_hold_nothing_that_controls_a_terminal) {
  EXPECT_EQ(printable("a\x1b[31m\n"), "a\\x1b[31m\\x0a");
  EXPECT_EQ(printable("\xc3\xa4"), "\xc3\xa4");
  EXPECT_EQ(printable("\xc3"), "\\xc3");
  EXPECT_EQ(printable(std::string(2'000, 'a')).size(), 1'000u);
}

}  // namespace
}  // namespace tenon::onnx
