// SPDX-License-Identifier: Apache-2.0
#include "core/base/letters.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(Letters, change_case_by_unicode) {
  EXPECT_EQ(lower("MONDAY \xC3\x89t\xC3\xA9 \xD0\x96 \xCE\xA9"),
            "monday \xC3\xA9t\xC3\xA9 \xD0\xB6 \xCF\x89");
  EXPECT_EQ(upper("monday \xC3\xA9 \xD1\x8F \xC5\xBE \xC3\xBF"),
            "MONDAY \xC3\x89 \xD0\xAF \xC5\xBD \xC5\xB8");
  EXPECT_EQ(upper("stra\xC3\x9F"
                  "e"),
            "STRA\xC3\x9F"
            "E");
}

TEST(Letters, each_capital_comes_back) {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    const char32_t small = to_lower(code);
    if (small == code) continue;
    ASSERT_EQ(to_upper(small), code) << static_cast<uint32_t>(code);
  }
}

TEST(Letters, bytes_that_are_no_characters_are_kept) {
  for (const std::string text : {"\xFF"
                                 "a\xC3",
                                 "\xE4\xB8", "\xC0\x80", "\xED\xA0\x80"}) {
    EXPECT_EQ(lower(text), text);
  }
  EXPECT_EQ(upper("\xFF"
                  "a\xC3"),
            "\xFF"
            "A\xC3");
}

TEST(Letters, characters_are_counted_from_both_sides) {
  const std::string text = "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80\xFF";
  EXPECT_EQ(count_characters(text), 5u);
  EXPECT_EQ(character_before(text, 3).code, U'\u00E9');
  EXPECT_EQ(character_before(text, 10).code, U'\U0001F600');
  EXPECT_EQ(character_before(text, 11).code, U'\uFFFD');
  EXPECT_EQ(character_before(text, 1).code, U'a');
}

}  // namespace
}  // namespace tenon
