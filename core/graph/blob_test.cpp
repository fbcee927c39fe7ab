// SPDX-License-Identifier: Apache-2.0
#include "core/graph/blob.h"

#include "tenon/graph_check.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

// y = x * (x + n) with n a symbol, and a constant input that only names bytes.
Graph small() {
  Graph graph;
  const Expr n = graph.add_symbol({.name = "n"});
  Value input{.name = "x",
              .kind = ValueKind::input,
              .dtype = DType::f32,
              .ranked = true,
              .dims = {n, graph.exprs->integer(3)},
              .known = {},
              .constant = {}};
  const ValueId x = graph.add_value(input);
  static const float ones[3] = {1, 1, 1};
  auto constant = std::make_shared<Constant>();
  constant->dtype = DType::f32;
  constant->dims = {3};
  constant->bytes = std::as_bytes(std::span(ones));
  const ValueId w = graph.add_constant("w", constant);
  input.name = "y";
  input.kind = ValueKind::computed;
  const ValueId y = graph.add_value(input);
  Node node;
  node.op = "Mul";
  node.name = "product";
  node.inputs = {x, w, no_id};
  node.outputs = {y};
  node.attributes = {{"axis", int64_t{-1}},
                     {"mode", std::string("odd")},
                     {"pads", std::vector<Expr>{n + 1, graph.exprs->integer(-2)}},
                     {"scales", std::vector<double>{0.5, 2}}};
  const Expr element = graph.exprs->load(0, Type::f32);
  node.formula = (element * (element + graph.exprs->real(2))).id();
  graph.main().inputs = {x};
  graph.main().outputs = {y};
  graph.main().nodes.push_back(node);
  return graph;
}

TEST(Blob, passes_the_checker_and_says_what_the_graph_says) {
  const Graph graph = small();
  const auto blob = to_blob(graph);
  ASSERT_TRUE(blob.ok()) << blob.status().message();
  const Status checked = check_graph(blob->graph(), blob->bytes());
  ASSERT_TRUE(checked.ok()) << checked.message();
  const GraphView view = blob->view();
  ASSERT_EQ(view.nodes(), 1u);
  const tenon_node& node = view.node(0);
  EXPECT_EQ(view.op(node), "Mul");
  EXPECT_EQ(view.name(node), "product");
  EXPECT_EQ(view.inputs(node)[2], TENON_NONE);
  EXPECT_EQ(view.attr_int(node, "axis", 0), -1);
  EXPECT_EQ(view.attr_string(node, "mode", ""), "odd");
  const int64_t symbols[] = {5};
  const auto pads = view.dims(*view.attr(node, "pads"));
  EXPECT_EQ(*evaluate_dim(view.exprs(), pads[0], symbols), 6);
  EXPECT_EQ(*evaluate_dim(view.exprs(), pads[1], symbols), -2);
  const tenon_value& y = view.value(view.outputs(node)[0]);
  EXPECT_EQ(*evaluate_dim(view.exprs(), view.dims(y)[0], symbols), 5);
  EXPECT_EQ(view.dims(y)[1], 3);
}

TEST(Blob, names_its_constants_by_handles_that_lead_back) {
  const Graph graph = small();
  const auto blob = to_blob(graph);
  ASSERT_TRUE(blob.ok());
  const GraphView view = blob->view();
  const tenon_value& w = view.value(view.inputs(view.node(0))[1]);
  EXPECT_EQ(w.kind, TENON_VALUE_CONSTANT);
  EXPECT_EQ(constant_of(w.data).elements(), 3);
}

TEST(Blob, has_one_key_for_equal_graphs) {
  const Graph graph = small();
  const Graph same = clone(graph);
  Graph other = clone(graph);
  other.main().nodes[0].op = "Div";
  EXPECT_EQ(to_blob(graph)->key(), to_blob(same)->key());
  EXPECT_NE(to_blob(graph)->key(), to_blob(other)->key());
}

}  // namespace
}  // namespace tenon
