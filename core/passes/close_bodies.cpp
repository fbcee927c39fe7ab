// SPDX-License-Identifier: Apache-2.0
#include "core/graph/bodies.h"
#include "core/passes/pass.h"

namespace tenon::passes {
namespace {

Status run(Graph& graph, const PassOptions&) {
  for (Node& node : graph.main().nodes) close_node(graph, node);
  return {};
}

}  // namespace

Pass close_bodies() {
  return {
      .name = "close_bodies",
      .doc = "What bodies take from outside becomes inputs of the nodes that have them.",
      .order = 15,
      .run = run,
  };
}

}  // namespace tenon::passes
