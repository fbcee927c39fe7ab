// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/infer_node.h"
#include "core/ops/framework/sample_graph.h"
#include "core/ops/op.h"
#include "core/passes/expand.h"
#include "core/passes/pass.h"
#include "tenon/strip_vm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace tenon {
namespace {

// Expands until only formulas and primitives are left.
Status lower_all(Graph& graph) {
  TENON_TRY(run_passes(graph, {}));
  for (int round = 0; round < 9; ++round) {
    TENON_TRY_ASSIGN(const size_t expanded, expand_nodes(graph, [](size_t) { return true; }));
    if (expanded == 0) break;
  }
  for (const Node& node : graph.main().nodes) {
    const Op* op = find_op(node.domain, node.op);
    if (node.formula == no_expr && (op == nullptr || !op->primitive)) {
      return internal_error("node \"{}\" ({}) is left", node.name, node.op);
    }
  }
  return {};
}

std::string name_of(const Op& op) { return fmt::format("{}.{}", op.domain, op.name); }

TEST(Ops, every_operator_is_complete) {
  for (const Op& op : all_ops()) {
    const int kinds = int{static_cast<bool>(op.element)} + int{op.expand != nullptr} +
                      int{op.primitive} + int{op.host != nullptr};
    EXPECT_EQ(kinds, 1) << name_of(op);
    EXPECT_NE(op.infer, nullptr) << name_of(op);
    EXPECT_FALSE(op.doc.empty()) << name_of(op);
    // Samples are for devices.
    EXPECT_TRUE(op.host != nullptr || !op.samples.empty()) << name_of(op);
  }
}

TEST(Ops, every_sample_becomes_formulas_and_primitives) {
  for (const Op& op : all_ops()) {
    for (size_t i = 0; i < op.samples.size(); ++i) {
      Graph graph = graph_of(op, op.samples[i], false);
      const Status status = lower_all(graph);
      EXPECT_TRUE(status.ok()) << name_of(op) << " sample " << i << ": " << status.message();
    }
  }
}

TEST(Ops, every_sample_has_a_meaning_for_dims_that_are_not_known) {
  // These ask for a size that decides about the form of what they expand to.
  const std::vector<std::string_view> asking = {"CausalConvWithState",
                                                "Col2Im",
                                                "DFT",
                                                "GRU",
                                                "LSTM",
                                                "Irfft",
                                                "QMoE",
                                                "RNN",
                                                "Recurrent",
                                                "STFT",
                                                "Squeeze",
                                                "DynamicQuantizeLSTM"};
  for (const Op& op : all_ops()) {
    const bool asks = std::ranges::find(asking, op.name) != asking.end();
    for (size_t i = 0; i < op.samples.size(); ++i) {
      Graph graph = graph_of(op, op.samples[i], true);
      const Status status = lower_all(graph);
      EXPECT_TRUE(status.ok() || (asks && status.code() == Code::unsupported))
          << name_of(op) << " sample " << i << ": " << status.message();
    }
  }
}

TEST(Ops, every_formula_compiles) {
  for (const Op& op : all_ops()) {
    for (const Sample& sample : op.samples) {
      Graph graph = graph_of(op, sample, false);
      if (!lower_all(graph).ok()) continue;
      for (const Node& node : graph.main().nodes) {
        if (node.formula == no_expr) continue;
        const Result<StripProgram> program =
            StripProgram::compile(graph.exprs->rows(), node.formula, node.inputs.size());
        EXPECT_TRUE(program.ok()) << name_of(op) << ": " << program.status().message();
      }
    }
  }
}

}  // namespace
}  // namespace tenon
