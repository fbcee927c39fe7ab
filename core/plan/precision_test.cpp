// SPDX-License-Identifier: Apache-2.0
#include "core/plan/precision.h"

#include "core/graph/text.h"

#include "core/plan/plan.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(Precision, words_are_read) {
  EXPECT_EQ(*read_precision("fast"), TENON_PRECISION_FAST);
  EXPECT_EQ(*read_precision("exact"), TENON_PRECISION_EXACT);
  EXPECT_EQ(*read_precision("auto"), std::nullopt);
  EXPECT_FALSE(read_precision("quick").ok());
  EXPECT_EQ(*read_type_of_states("bf16"), DType::bf16);
  EXPECT_FALSE(read_type_of_states("i8").ok());
}

// A state that is written and attended to, or read by something else as well.
std::string decoder(bool is_read) {
  std::string text = R"(symbol s0 "T"
symbol s1 "N"
symbol s2 "S"
symbol s3 "P"
input %0 "q" f32[s0, 2, 4]
input %1 "rows" f32[s0, 2, 4]
input %2 "slot" i32[s0]
input %3 "sequence" i32[s0]
input %4 "length" i32[s2]
input %5 "pages" i32[s2, s3]
input %6 "key" f32[s1, 64, 2, 4]
%7 "written" f32[s1, 64, 2, 4] = tenon::StateWrite(%6, %1, %2) "write"
%8 "y" f32[s0, 2, 4] = tenon::Attend(%0, %7, %7, %3, %3, %4, %5) "attend"
)";
  if (is_read) text += "%9 \"z\" f32[s1, 64, 2, 4] = Neg(%7) \"neg\"\noutput %9 \"z\"\n";
  return text + "output %8 \"y\"\noutput %7 \"key\"\nstate \"kv.0.key\" %6 growing output " +
         (is_read ? "2\n" : "1\n");
}

TEST(Precision, states_of_attention_are_kept_shorter) {
  Result<Graph> graph = parse_graph(decoder(false));
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(type_of_states(*graph), DType::f32);
  keep_states_as(*graph, DType::bf16);
  EXPECT_EQ(type_of_states(*graph), DType::bf16);
  const ValueId state = graph->states.front().value;
  EXPECT_EQ(graph->value(state).dtype, DType::bf16);
  EXPECT_EQ(graph->value(graph->main().nodes[0].outputs[0]).dtype, DType::bf16);
  EXPECT_EQ(graph->value(graph->main().nodes[1].outputs[0]).dtype, DType::f32);
}

TEST(Precision, states_that_others_read_stay_as_they_are) {
  Result<Graph> graph = parse_graph(decoder(true));
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  keep_states_as(*graph, DType::bf16);
  EXPECT_EQ(type_of_states(*graph), DType::none);
  EXPECT_EQ(graph->value(graph->states.front().value).dtype, DType::f32);
}

}  // namespace
}  // namespace tenon
