// SPDX-License-Identifier: Apache-2.0
#include "core/state/prefix_index.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

using Tokens = std::vector<int32_t>;
using Pages = std::vector<uint32_t>;

Pages take(PagePool& pool, size_t count) {
  Pages pages;
  while (pages.size() < count) pages.push_back(*pool.take());
  return pages;
}

void drop(PagePool& pool, const Pages& pages) {
  for (const uint32_t page : pages) pool.release(page);
}

TEST(PrefixIndex, full_pages_are_found_by_their_tokens) {
  PagePool pool(8);
  PrefixIndex index(pool, 2);
  const Pages pages = take(pool, 3);
  index.add(Tokens{1, 2, 3, 4, 5}, pages);
  EXPECT_EQ(index.pages(), 2u);  // the third page has one token
  EXPECT_EQ(index.find(Tokens{1, 2, 3, 4, 9}), (Pages{pages[0], pages[1]}));
  EXPECT_EQ(index.find(Tokens{1, 2, 3, 9}), Pages{pages[0]});
  EXPECT_EQ(index.find(Tokens{2, 1}), Pages{});
}

TEST(PrefixIndex, pages_outlive_their_sequence_until_they_are_given_up_oldest_first) {
  PagePool pool(4);
  PrefixIndex index(pool, 1);
  const Pages pages = take(pool, 2), others = take(pool, 1);
  index.add(Tokens{1, 2}, pages);
  index.add(Tokens{7}, others);
  drop(pool, pages);
  drop(pool, others);
  EXPECT_EQ(pool.free(), 1u);
  EXPECT_EQ(index.find(Tokens{7}).size(), 1u);
  EXPECT_TRUE(index.give_up_one());  // the leaf under 1
  EXPECT_EQ(index.find(Tokens{1, 2}), Pages{pages[0]});
  EXPECT_TRUE(index.give_up_one());
  EXPECT_EQ(index.find(Tokens{7}), Pages{});  // found before 1 was
  EXPECT_TRUE(index.give_up_one());
  EXPECT_FALSE(index.give_up_one());
  EXPECT_EQ(pool.free(), 4u);
}

TEST(PrefixIndex, a_page_that_a_sequence_uses_stays) {
  PagePool pool(2);
  PrefixIndex index(pool, 1);
  const Pages pages = take(pool, 1);
  index.add(Tokens{1}, pages);
  EXPECT_FALSE(index.give_up_one());
  drop(pool, pages);
  EXPECT_TRUE(index.give_up_one());
}

}  // namespace
}  // namespace tenon
