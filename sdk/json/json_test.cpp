// SPDX-License-Identifier: Apache-2.0
#include "tenon/json.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

Json parsed(std::string_view text) {
  const Result<Json> json = parse_json(text);
  EXPECT_TRUE(json.ok()) << json.status().message();
  return json.ok() ? *json : Json();
}

TEST(Json, members_keep_their_order_and_kinds) {
  const Json json = parsed(R"({"b":1,"a":[true,null,-2.5],"c":"x\u00e9"})");
  ASSERT_EQ(json.members().size(), 3u);
  EXPECT_EQ(json.members()[0].name, "b");
  EXPECT_EQ(json.integer("b", 0), 1);
  ASSERT_EQ(json.array("a").size(), 3u);
  EXPECT_EQ(json.array("a")[0].boolean(), true);
  EXPECT_TRUE(json.array("a")[1].is_null());
  EXPECT_EQ(json.array("a")[2].number(), -2.5);
  EXPECT_EQ(json.text("c"), "x\xC3\xA9");
}

TEST(Json, absent_members_and_other_kinds_give_the_default) {
  const Json json = parsed(R"({"n":1.5,"t":"x"})");
  EXPECT_EQ(json.integer("n", 7), 7);
  EXPECT_EQ(json.text("n", "d"), "d");
  EXPECT_EQ(json.number("none", 2.0), 2.0);
  EXPECT_EQ(json.find("none"), nullptr);
  EXPECT_TRUE(json.array("t").empty());
}

TEST(Json, what_was_printed_reads_back_equal) {
  const Json json = Json::object({{"text", "a\"\\\n\x01"},
                                  {"float", 3.0},
                                  {"least", std::numeric_limits<int64_t>::min()},
                                  {"list", Json::array({1, 0.1, true, nullptr})},
                                  {"empty", Json::object()}});
  EXPECT_EQ(parsed(json.dump()), json) << json.dump();
  EXPECT_EQ(parsed(json.dump(2)), json) << json.dump(2);
}

TEST(Json, set_replaces_and_push_appends) {
  Json json;
  json.set("a", 1).set("a", 2).set("list", Json().push(1).push("x"));
  EXPECT_EQ(json.dump(), R"({"a":2,"list":[1,"x"]})");
}

class JsonRefused : public testing::TestWithParam<const char*> {};

TEST_P(JsonRefused, text_that_breaks_a_rule) {
  const Result<Json> json = parse_json(GetParam());
  EXPECT_FALSE(json.ok()) << GetParam();
  if (!json.ok()) {
    EXPECT_EQ(json.status().code(), Code::corrupt);
  }
}

INSTANTIATE_TEST_SUITE_P(rules, JsonRefused,
                         testing::Values("", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}",
                                         "1 2", "{} x", "nan", "NaN", "Infinity", "01", "+1", "1.",
                                         ".5", "'a'", "// c\n1", "\xEF\xBB\xBF{}", "\"\xff\"",
                                         "\"\xED\xA0\x80\"", "\"\\ud800\"", "\"\\udc00\"",
                                         "{\"\\udc00\":1}", "\"a\nb\"", "1e999",
                                         "18446744073709551615", "99999999999999999999", "\"\\x\"",
                                         "tru", "{\"a\" 1}", "{1:2}"));

TEST(Json, nesting_ends_at_64_and_size_at_the_limit) {
  EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')).ok());
  EXPECT_FALSE(parse_json(std::string(65, '[') + std::string(65, ']')).ok());
  EXPECT_FALSE(parse_json(std::string(900000, '[')).ok());
  const Result<Json> large = parse_json("[1,2,3]", {.bytes = 4});
  EXPECT_EQ(large.status().code(), Code::invalid);
}

TEST(Json, a_zero_byte_inside_text_is_refused_and_escaped_is_kept) {
  EXPECT_FALSE(parse_json(std::string_view("\"a\0b\"", 5)).ok());
  EXPECT_FALSE(parse_json(std::string_view("1\0", 2)).ok());
  EXPECT_EQ(parsed("\"a\\u0000b\"").text(), std::string_view("a\0b", 3));
}

}  // namespace
}  // namespace tenon
