// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/operators.h"

#include <gtest/gtest.h>

namespace tenon::cli::bench {
namespace {

// Two runs of a convolution that two threads share in the first, and of an addition.
constexpr std::string_view timeline = R"({"traceEvents":[
  {"ph":"M","name":"process_name","args":{"name":"tenon"}},
  {"ph":"X","name":"run","cat":"host","ts":0,"dur":9,"args":{}},
  {"ph":"X","name":"Conv","cat":"step","tid":0,"args":{"node":"a","run":1,"busy_us":30,"bytes":4000,"flops":60000}},
  {"ph":"X","name":"Conv","cat":"step","tid":1,"args":{"node":"a","run":1,"busy_us":10}},
  {"ph":"X","name":"Add","cat":"step","tid":0,"args":{"node":"b","run":1,"busy_us":5,"bytes":100}},
  {"ph":"X","name":"Conv","cat":"step","tid":0,"args":{"node":"a","run":2,"busy_us":40,"bytes":4000,"flops":60000}},
  {"ph":"X","name":"Add","cat":"step","tid":0,"args":{"node":"b","run":2,"busy_us":5,"bytes":100}}]})";

TEST(Operators, chunks_on_two_threads_are_one_call_and_the_longest_comes_first) {
  const auto rows = operator_rows(timeline, Grouping::operators);
  ASSERT_TRUE(rows.ok()) << rows.status().message();
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].name, "Conv");
  EXPECT_EQ((*rows)[0].calls, 2u);
  EXPECT_DOUBLE_EQ((*rows)[0].busy, 80e-6);
  EXPECT_EQ((*rows)[0].flops, 120000);
  EXPECT_EQ((*operator_rows(timeline, Grouping::nodes))[1].name, "Add b");
}

TEST(Operators, the_limit_is_arithmetic_or_memory_whichever_takes_longer) {
  const Rates limits = {.threads = 2, .peaks = {{"fp32", 4e9}}, .read = 2e9, .write = 1e9};
  const auto rows = operator_rows(timeline, Grouping::operators);
  ASSERT_TRUE(rows.ok());
  const Json list = operator_json(*rows, limits, 2);
  const Json& conv = list.array_items()[0];
  EXPECT_DOUBLE_EQ(conv.number("calls", 0), 1);
  EXPECT_DOUBLE_EQ(conv.number("ms", 0), 0.04);
  // 120,000 operations at 2e9 a second take 60 µs of 80; 8,000 bytes at 1e9 would take 8.
  EXPECT_NEAR(conv.number("of_limit", 0), 0.75, 1e-12);
  const Table table = operator_table(*rows, limits, 2);
  EXPECT_EQ(table[1].back(), "75 %");
  EXPECT_EQ(table[2][6], "");
}

}  // namespace
}  // namespace tenon::cli::bench
