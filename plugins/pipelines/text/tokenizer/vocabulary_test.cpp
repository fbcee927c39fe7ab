// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/vocabulary.h"

#include <gtest/gtest.h>

namespace tenon::text {
namespace {

TEST(Vocabulary, refuses_a_second_spelling_of_an_id) {
  Vocabulary vocabulary;
  ASSERT_TRUE(vocabulary.add(3, "a").ok());
  EXPECT_EQ(vocabulary.add(3, "b").message(), "token 3 is spelled \"a\" and \"b\"");
  EXPECT_EQ(vocabulary.size(), 4);
  EXPECT_EQ(vocabulary.count(), 1);
  EXPECT_FALSE(vocabulary.has(0));
}

TEST(Vocabulary, refuses_ids_that_are_far_apart) {
  Vocabulary vocabulary;
  EXPECT_FALSE(vocabulary.add(4'000'000, "b").ok());
  EXPECT_FALSE(vocabulary.add(-1, "b").ok());
  vocabulary.expect(10);
  vocabulary.expect(2);
  EXPECT_TRUE(vocabulary.add(65559, "a").ok());
  EXPECT_EQ(vocabulary.add(65560, "b").message(),
            "token 65560: too large an id for a vocabulary of 12");
}

TEST(Vocabulary, knows_tokens_that_stand_for_bytes) {
  EXPECT_EQ(byte_of_spelling("<0x4A>"), 0x4A);
  EXPECT_FALSE(byte_of_spelling("<0x4a>"));
  EXPECT_FALSE(byte_of_spelling("<0x4A"));
}

}  // namespace
}  // namespace tenon::text
