// SPDX-License-Identifier: Apache-2.0
#include "core/graph/bodies.h"
#include "core/ops/framework/element.h"
#include "core/ops/framework/infer_node.h"
#include "core/passes/expand.h"
#include "core/passes/framework/dead.h"
#include "core/passes/pass.h"

#include <iterator>

namespace tenon::passes {
namespace {

Status run(Graph& graph, const PassOptions&) {
  std::vector<Node> nodes;
  nodes.reserve(graph.main().nodes.size());
  for (Node& node : graph.main().nodes) {
    if (!has_element(node)) {
      nodes.push_back(std::move(node));
      continue;
    }
    Result<std::vector<Node>> lowered = lower_node(graph, node);
    if (!lowered.ok()) return lowered.status().at(describe(node));
    std::ranges::move(*lowered, std::back_inserter(nodes));
  }
  graph.main().nodes = std::move(nodes);
  // No backend takes a body: composites that have some are written out before one is asked.
  const std::vector<Node>& all = graph.main().nodes;
  TENON_TRY(expand_nodes(graph, [&](size_t i) { return !bodies_of(all[i]).empty(); }).status());
  // Operands that only decided shapes are read by nobody now.
  remove_dead_nodes(graph);
  return {};
}

}  // namespace

Pass lower() {
  return {
      .name = "lower",
      .doc =
          "Element operators become formulas, one node for each output; composites with bodies "
          "become what they stand for.",
      .order = 60,
      .run = run,
  };
}

}  // namespace tenon::passes
