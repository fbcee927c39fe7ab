// SPDX-License-Identifier: Apache-2.0
#include "core/graph/strings.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(Strings, equal_texts_have_one_number_and_none_is_the_empty_text) {
  StringPool pool;
  EXPECT_EQ(pool.keep(""), 0);
  const int32_t cat = pool.keep("cat");
  EXPECT_EQ(pool.add("cat"), cat);
  EXPECT_NE(pool.add("dog"), cat);
  EXPECT_EQ(pool.text(cat), "cat");
  EXPECT_EQ(pool.text(77), "");
  EXPECT_EQ(pool.text(-1), "");
}

TEST(Strings, texts_of_runs_go_with_the_last_run) {
  StringPool pool;
  pool.keep("label");
  int32_t kept = 0;
  {
    const StringPool::Lease first(pool);
    {
      const StringPool::Lease second(pool);
      pool.add("word");
      kept = pool.add("later kept");
      EXPECT_EQ(pool.keep("later kept"), kept);
    }
    EXPECT_EQ(pool.size(), 4u);
  }
  EXPECT_EQ(pool.size(), 3u);
  EXPECT_EQ(pool.text(kept), "later kept");
}

}  // namespace
}  // namespace tenon
