// SPDX-License-Identifier: Apache-2.0
#include "tenon/graph_check.h"

#include "sdk/testing/graph_parts.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace tenon {
namespace {

using testing::nested;
using testing::Parts;
using testing::sound;

Status check(const Parts& parts) {
  const std::vector<uint64_t> words = parts.blob();
  return check_graph(words.data(), words.size() * 8);
}

TEST(CheckGraph, accepts_what_is_sound) {
  EXPECT_EQ(check(sound()).message(), "");
  EXPECT_EQ(check(nested()).message(), "");
}

TEST(CheckGraph, accepts_longer_rows_of_a_newer_writer) {
  Parts p = sound();
  const std::vector<tenon_node> rows = {p.nodes[0], {}};
  p.nodes = rows;  // the second row is the tail of the first
  p.change = [](tenon_graph& g) {
    g.nodes.count = 1;
    g.nodes.stride = 2 * sizeof(tenon_node);
  };
  EXPECT_EQ(check(p).message(), "");
}

struct Break {
  const char* message;
  std::function<void(Parts&)> change;
};

void expect_refused(const Parts& whole, const std::vector<Break>& breaks) {
  for (const Break& one : breaks) {
    Parts p = whole;
    one.change(p);
    const Status status = check(p);
    EXPECT_NE(status.message().find(one.message), std::string::npos)
        << "expected \"" << one.message << "\", found \"" << status.message() << "\"";
  }
}

Break head(const char* message, std::function<void(tenon_graph&)> change) {
  return {message, [change](Parts& p) { p.change = change; }};
}

TEST(CheckGraph, refuses_crooked_tables) {
  expect_refused(
      sound(),
      {head("header of 8 bytes", [](tenon_graph& g) { g.size = 8; }),
       head("layout 7", [](tenon_graph& g) { g.version = 7; }),
       head("the header says", [](tenon_graph& g) { g.bytes += 8; }),
       head("table nodes: rows of 40", [](tenon_graph& g) { g.nodes.stride = 40; }),
       head("table values: rows of 68", [](tenon_graph& g) { g.values.stride = 68; }),
       head("table dims: rows of 16", [](tenon_graph& g) { g.dims.stride = 16; }),
       head("table attrs: offset", [](tenon_graph& g) { g.attrs.offset += 4; }),
       head("table exprs: offset", [](tenon_graph& g) { g.exprs.offset = UINT64_MAX - 7; }),
       head("table symbols: offset", [](tenon_graph& g) { g.symbols.offset = 0; }),
       head("end behind", [](tenon_graph& g) { g.nodes.count = UINT32_MAX; }),
       head("end behind", [](tenon_graph& g) { g.text.count = UINT32_MAX; }),
       head("no text", [](tenon_graph& g) { g.text.count = 0; })});
}

TEST(CheckGraph, refuses_texts_that_are_none) {
  expect_refused(sound(),
                 {{"is no UTF-8", [](Parts& p) { p.add_text("\xC0\x80"); }},
                  {"is no UTF-8", [](Parts& p) { p.add_text("\xED\xA0\x80"); }},
                  {"is no UTF-8", [](Parts& p) { p.add_text("\xF4\x90\x80\x80"); }},
                  {"is no UTF-8", [](Parts& p) { p.add_text("\xE2\x82"); }},
                  {"bytes, ", [](Parts& p) { p.text.append("\xFF\xFF\xFF\x7F", 4); }},
                  {"node 0: no text begins", [](Parts& p) { p.nodes[0].op += 4; }},
                  {"node 0: no text begins", [](Parts& p) { p.nodes[0].name = 0xFFFFFFFC; }},
                  {"attribute 1: no text begins", [](Parts& p) { p.numbers[2] = -4; }},
                  {"attribute 3: no text begins", [](Parts& p) { p.attrs[3].i = 2; }},
                  {"symbol 0: no text begins", [](Parts& p) { p.symbols[0].name = 1 << 20; }}});
}

TEST(CheckGraph, refuses_slices_and_indexes_outside_of_their_tables) {
  expect_refused(
      sound(),
      {{"node 0: 4294967295 rows of operands", [](Parts& p) { p.nodes[0].n_in = UINT32_MAX; }},
       {"node 0: 1 rows of operands from 99", [](Parts& p) { p.nodes[0].out0 = 99; }},
       {"two owners", [](Parts& p) { p.values[0].n_known = 5; }},
       {"operand 1: value 9 of 2", [](Parts& p) { p.operands[1] = 9; }},
       {"value 0: kind 5", [](Parts& p) { p.values[0].kind = 5; }},
       {"element type 27", [](Parts& p) { p.values[0].dtype = TENON_DTYPE_COUNT; }},
       {"dim 1: -4 is no size", [](Parts& p) { p.dims[1] = ~int64_t{3}; }},
       {"dim 1: -2 is no size", [](Parts& p) { p.dims[1] = ~int64_t{1}; }},
       {"attribute 0: 3 rows of numbers from 1", [](Parts& p) { p.attrs[0] = {0, 4, 1, 3, 0, 0}; }},
       {"attribute 4: value 2 of 2", [](Parts& p) { p.attrs[4].i = 2; }},
       {"attribute 0: kind 10", [](Parts& p) { p.attrs[0].kind = 10; }},
       {"attribute 0: body 7 of 1", [](Parts& p) { p.attrs[0] = {0, 9, 0, 0, 7, 0}; }},
       {"body 0, which is not the node's", [](Parts& p) { p.attrs[0] = {0, 9, 0, 0, 0, 0}; }},
       {"symbol 0: origin 3", [](Parts& p) { p.symbols[0].origin = 3; }},
       {"symbol 0: node 1 of 1", [](Parts& p) { p.symbols[0].node = 1; }},
       {"state 0: value 5", [](Parts& p) {
          p.states.push_back({0, 0, 5, 0});
        }}});
}

TEST(CheckGraph, refuses_expressions_that_break_a_rule) {
  expect_refused(sound(),
                 {{"expression 2: operation", [](Parts& p) { p.exprs[2].a = 2; }},
                  {"expression 2: operation", [](Parts& p) { p.exprs[2].type = 9; }},
                  {"expression 2: operation 95", [](Parts& p) { p.exprs[2].op = 95; }},
                  {"expression 2: operand 1 where none", [](Parts& p) { p.exprs[2].c = 1; }},
                  {"expression 0: symbol 1 of 1", [](Parts& p) { p.exprs[0].k = 1; }},
                  {"loads operand 1 of 1", [](Parts& p) { p.exprs[1].k = 1; }},
                  {"formula 3 of 3", [](Parts& p) { p.nodes[0].formula = 3; }},
                  {"reads axis 2", [](Parts& p) {
                     p.exprs[1] = {TENON_EXPR_COORD, TENON_TYPE_I64, -1, -1, -1, 2};
                     p.exprs[2].type = TENON_TYPE_I64;
                   }}});
}

TEST(CheckGraph, refuses_values_out_of_order) {
  expect_refused(sound(),
                 {{"input 0 is value 1, which is not made", [](Parts& p) { p.operands[0] = 1; }},
                  {"output 0 is value 0, which is made", [](Parts& p) { p.operands[1] = 0; }},
                  {"input 0 is value 1, which is computed", [](Parts& p) { p.operands[2] = 1; }},
                  {"input 0 is omitted", [](Parts& p) { p.operands[2] = TENON_NONE; }},
                  {"output 0 is no value", [](Parts& p) { p.operands[3] = TENON_NONE; }},
                  {"1 of 1 nodes are in no body", [](Parts& p) {
                     p.bodies[0].n_node = 0;
                     p.operands[3] = p.operands[2];
                   }}});
  expect_refused(nested(), {{"value 1, which is not made", [](Parts& p) { p.operands[0] = 1; }},
                            {"body 1: no node has it",
                             [](Parts& p) {
                               p.nodes[0].n_body = 0;
                               p.nodes[0].n_attr = 0;
                             }},
                            {"body 0: more than one",
                             [](Parts& p) {
                               p.nodes[0].body0 = 0;
                               p.attrs[0].i = 0;
                             }},
                            {"output 0 is no value", [](Parts& p) { p.operands[7] = 2; }}});
}

TEST(CheckGraph, refuses_every_truncation_without_reading_on) {
  const std::vector<uint64_t> words = sound().blob();
  for (size_t n = 0; n < words.size(); ++n) {
    const std::vector<uint64_t> cut(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(n));
    EXPECT_FALSE(check_graph(cut.data(), n * 8).ok()) << n;
  }
  EXPECT_FALSE(check_graph(nullptr, 0).ok());
  EXPECT_EQ(
      check_graph(reinterpret_cast<const char*>(words.data()) + 1, words.size() * 8 - 8).code(),
      Code::invalid);
}

TEST(CheckGraph, follows_bodies_as_deep_as_they_go) {
  Parts p;
  const uint32_t x = p.add_value(TENON_VALUE_INPUT, {});
  constexpr uint32_t depth = 20000;
  for (uint32_t i = 0; i < depth; ++i) {
    tenon_node& node = p.add_node({x}, {});
    node.body0 = i + 1 < depth ? i + 1 : 0;
    node.n_body = i + 1 < depth ? 1 : 0;
  }
  for (uint32_t i = 0; i < depth; ++i) p.add_body(i, 1, {}, {});
  p.bodies[0].in0 = p.slice({x});
  p.bodies[0].n_in = 1;
  EXPECT_EQ(check(p).message(), "");
}

}  // namespace
}  // namespace tenon
