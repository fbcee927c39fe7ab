// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/dead.h"
#include "core/passes/pass.h"

namespace tenon::passes {

Pass remove_dead() {
  return {
      .name = "remove_dead",
      .doc = "Nodes that no output of the graph depends on go.",
      .order = 10,
      .run = [](Graph& graph, const PassOptions&) -> Status {
        remove_dead_nodes(graph);
        return {};
      },
  };
}

}  // namespace tenon::passes
