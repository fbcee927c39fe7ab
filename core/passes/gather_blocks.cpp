// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"
#include "core/ops/framework/infer_node.h"
#include "core/passes/framework/dead.h"
#include "core/passes/framework/decodes.h"
#include "core/passes/framework/values.h"
#include "core/passes/pass.h"

#include <algorithm>
#include <vector>

namespace tenon::passes {
namespace {

// Decodes whose first input is rows of blocks: packed tensors say how many rows they stand for.
bool decodes_blocks(const Node& node) { return decodes(node) && !node.attributes.contains("rows"); }

bool gathers_rows(const Graph& graph, const Node& node) {
  if (!is_plain(node, "Gather")) return false;
  const bool first = AttributeContext(graph, node).integer("axis", 0) == 0;
  return first && graph.value(node.inputs[0]).dims.size() > 1;
}

// Writes Gather(Decode(blocks), rows) as Decode(Gather(blocks, rows)).
class Swap {
 public:
  explicit Swap(Graph& graph) : graph_(graph), maker_(graph.values.size(), no_id) {}

  Status run() {
    std::vector<Node>& nodes = graph_.main().nodes;
    std::vector<Node> kept;
    for (Node& node : nodes) {
      const ValueId table = node.inputs.empty() ? no_id : node.inputs[0];
      const NodeId maker = table == no_id ? no_id : maker_[table];
      const bool swaps = maker != no_id && gathers_rows(graph_, node);
      if (swaps) {
        TENON_TRY(swap(node, kept[maker], kept));
      } else {
        if (decodes_blocks(node)) maker_[node.outputs[0]] = static_cast<NodeId>(kept.size());
        kept.push_back(std::move(node));
      }
    }
    nodes = std::move(kept);
    remove_dead_nodes(graph_);
    return {};
  }

 private:
  Status swap(const Node& gather, const Node& decode, std::vector<Node>& kept) {
    Node rows = gather;
    rows.inputs[0] = decode.inputs[0];
    Value value;
    value.name = fmt::format("{}.blocks", graph_.value(gather.outputs[0]).name);
    rows.outputs = {graph_.add_value(std::move(value))};
    Node numbers = decode;
    numbers.inputs[0] = rows.outputs[0];
    numbers.outputs = gather.outputs;
    TENON_TRY(infer_node(graph_, rows));
    kept.push_back(std::move(rows));
    kept.push_back(std::move(numbers));
    return {};
  }

  Graph& graph_;
  std::vector<NodeId> maker_;  // of each value: the Decode in front that made it
};

Status run(Graph& graph, const PassOptions&) { return Swap(graph).run(); }

}  // namespace

Pass gather_blocks() {
  return {
      .name = "gather_blocks",
      .doc = "Rows of a quantized table are gathered before they are decoded, not after.",
      .order = 35,
      .run = run,
  };
}

}  // namespace tenon::passes
