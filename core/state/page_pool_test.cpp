// SPDX-License-Identifier: Apache-2.0
#include "core/state/page_pool.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(PagePool, a_page_is_free_after_its_last_user) {
  PagePool pool(2);
  const uint32_t page = *pool.take();
  pool.share(page);
  EXPECT_EQ(pool.free(), 1u);
  pool.release(page);
  EXPECT_EQ(pool.uses(page), 1u);
  EXPECT_EQ(pool.free(), 1u);
  pool.release(page);
  EXPECT_EQ(pool.free(), 2u);
}

TEST(PagePool, an_empty_pool_says_what_to_do) {
  PagePool pool(1);
  EXPECT_EQ(*pool.take(), 0u);
  const auto none = pool.take();
  EXPECT_EQ(none.status().code(), Code::no_memory);
  EXPECT_EQ(none.status().message(),
            "all 1 pages of the pool are in use; drop sequences or open a larger pool");
}

}  // namespace
}  // namespace tenon
