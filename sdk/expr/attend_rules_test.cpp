// SPDX-License-Identifier: Apache-2.0
#include "tenon/attend_rules.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

struct Read {
  ExprPool pool;
  Result<AttendRules> rules;
  Read(std::string_view mask, std::string_view score, bool has_table = true)
      : rules(read(mask, score, has_table)) {}

  Result<AttendRules> read(std::string_view mask, std::string_view score, bool has_table) {
    AttendNames names = {.s = pool.symbol(4, Type::f32),
                         .q = pool.symbol(0),
                         .k = pool.symbol(1),
                         .h = pool.symbol(2),
                         .seq = pool.symbol(3)};
    if (has_table) {
      names.table = 1;
      names.table_dims = {pool.integer(8), pool.integer(4)};
    }
    return attend_rules(pool, mask, score, names);
  }

  // Of an expression over q, k, h, seq.
  int64_t value(Expr expr, int64_t q, int64_t k) {
    const int64_t symbols[] = {q, k, 0, 0, 0};
    return *evaluate(pool.rows(), expr.id(), symbols);
  }
};

TEST(AttendRules, usual_masks_become_bounds) {
  const Read causal("k <= q", "s");
  ASSERT_TRUE(causal.rules.ok()) << causal.rules.status().message();
  EXPECT_EQ(causal.rules->last, 0);
  EXPECT_FALSE(causal.rules->first.has_value());
  EXPECT_FALSE(causal.rules->mask.valid());
  const Read window("k <= q && q - k < 5", "s");
  ASSERT_TRUE(window.rules.ok()) << window.rules.status().message();
  EXPECT_EQ(window.rules->last, 0);
  EXPECT_EQ(window.rules->first, -4);
  EXPECT_FALSE(window.rules->mask.valid());
  const Read all("true", "s");
  ASSERT_TRUE(all.rules.ok());
  EXPECT_FALSE(all.rules->mask.valid());
  const Read either("k <= q || k < 3", "s");
  ASSERT_TRUE(either.rules.ok());
  EXPECT_TRUE(either.rules->mask.valid());
  EXPECT_FALSE(either.rules->last.has_value());
}

TEST(AttendRules, buckets_are_those_of_t5) {
  Read one("bucket(k - q, 32, 128, false) == 0", "s");
  ASSERT_TRUE(one.rules.ok()) << one.rules.status().message();
  const std::vector<std::array<int64_t, 2>> before = {
      {0, 0},   {1, 1},   {15, 15}, {16, 16},  {18, 16},  {19, 17},  {20, 17},  {21, 18},
      {31, 21}, {32, 21}, {50, 24}, {112, 30}, {113, 31}, {128, 31}, {5000, 31}};
  for (const auto& [distance, bucket] : before) {
    Read read(fmt::format("bucket(k - q, 32, 128, false) == {}", bucket), "s");
    EXPECT_EQ(read.value(read.rules->mask, distance, 0), 1) << distance;
  }
  const std::vector<std::array<int64_t, 2>> around = {
      {0, 0},    {-7, 7},   {-8, 8},   {-11, 8}, {-12, 9}, {-16, 10}, {-32, 12},
      {-64, 14}, {-90, 14}, {-91, 15}, {7, 23},  {8, 24},  {16, 26},  {1000, 31}};
  for (const auto& [distance, bucket] : around) {
    Read read(fmt::format("bucket(k - q, 32, 128, true) == {}", bucket), "s");
    EXPECT_EQ(read.value(read.rules->mask, 1000, 1000 + distance), 1) << distance;
  }
}

TEST(AttendRules, what_cannot_be_read_is_named) {
  const auto message = [](std::string_view mask, std::string_view score, bool has_table = true) {
    return std::string(Read(mask, score, has_table).rules.status().message());
  };
  EXPECT_EQ(message("k + q", "s"), "mask \"k + q\" is no condition, but of type i64");
  EXPECT_NE(message("s < 1.0", "s").find("unknown name \"s\""), std::string::npos);
  EXPECT_NE(message("k <= q", "s + table[k]").find("table has 2 axes, not 1"), std::string::npos);
  EXPECT_NE(message("k <= q", "s + table[k, h]", false).find("there is no operand table"),
            std::string::npos);
  EXPECT_NE(message("k < prefix[seq]", "s").find("there is no operand prefix"), std::string::npos);
  EXPECT_NE(message("bucket(k, q, 3, true) == 1", "s").find("operand 1 of bucket"),
            std::string::npos);
  EXPECT_NE(message("bucket(k, 4, 1, true) == 1", "s").find("bucket of 4 up to a distance of 1"),
            std::string::npos);
}

}  // namespace
}  // namespace tenon
