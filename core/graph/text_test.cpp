// SPDX-License-Identifier: Apache-2.0
#include "core/graph/text.h"

#include <gtest/gtest.h>

#include <cstring>

namespace tenon {
namespace {

constexpr std::string_view everything = R"(meta "made \"by\"" = "hand\x0a"
symbol s0 "batch"
symbol s1 "n" data %2[0] i64
constant %1 "axes" i64[2] = {2, -3}
constant %5 "table" bf16[2] = {0.5, -inf}
input %0 "image" f32[s0, 3, 8, s0 * 2 + 8]
input %9 "rows" f32[s0, 4]
%2 "n" i64[1] {s0 * 4} = Count(%0, _, %1) "count" v18 {a = 1, b = 2.0, c = "two", d = [1, 2], e = reals[0.5, 1e+30], f = texts["x", "y"], g = sizes[s0, 3], h = %1, i = body 1, j = []}
%3 "a" f32[s1], _, %4 "b" u8 = my.domain::Split(%2) "split"
%6 "y" f32[s1] = Map(%3, %5) "map" : max(x0, x1[coord(0) % 2]) * 2.0
%10 "later" f32[s0, 4] = Neg(%9) "change" {in_place = [0, 0]}
output %6 "result"
output %10 "rows"
body 1 "inner"
input %7 "i" f32[]
%8 "j" f32[] = Neg(%7) "neg"
output %8
state "rows.0" %9 window 8 output 1
check "node \"map\" (Map): even" : s1 % 2 == 0
)";

TEST(Text, what_is_printed_reads_back) {
  const Result<Graph> graph = parse_graph(everything);
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  const std::string text = to_text(*graph);
  const Result<Graph> again = parse_graph(text);
  ASSERT_TRUE(again.ok()) << again.status().message() << "\n" << text;
  EXPECT_EQ(to_text(*again), text);
}

TEST(Text, a_graph_is_printed_as_it_is_written) {
  const Result<Graph> graph = parse_graph(everything);
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(to_text(*graph), everything);
}

TEST(Text, large_constants_are_found_by_their_content) {
  auto constant = std::make_shared<Constant>();
  auto numbers = std::make_shared<std::vector<float>>(100, 0.25f);
  constant->dtype = DType::f32;
  constant->dims = {100};
  constant->bytes = std::as_bytes(std::span(*numbers));
  constant->owner = numbers;
  Graph graph;
  graph.add_constant("w", constant);
  const std::string text = to_text(graph);
  EXPECT_FALSE(parse_graph(text).ok());
  const Result<Graph> again =
      parse_graph(text, [&](std::string_view hash) -> std::shared_ptr<const Constant> {
        return hash == content_hash(*constant) ? constant : nullptr;
      });
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(to_text(*again), text);
}

TEST(Text, errors_name_line_and_column) {
  const auto error = [](std::string_view text) {
    return std::string(parse_graph(text).status().message());
  };
  EXPECT_EQ(error("input %0 \"x\" f32[1\n"), "line 1, column 19: expected \"]\"");
  EXPECT_EQ(error("input %0 \"x\" f32[1]\n%1 \"y\" f32 = Neg(%2) \"n\"\n"),
            "line 2, column 20: the value is not declared");
  EXPECT_EQ(error("symbol s1 \"x\"\n"), "line 1, column 8: expected \"s0\"");
  EXPECT_EQ(error("input %99999999 \"x\" f32\n"), "line 1, column 16: at most 8000000 values");
}

}  // namespace
}  // namespace tenon
