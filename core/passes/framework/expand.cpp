// SPDX-License-Identifier: Apache-2.0
#include "core/passes/expand.h"

#include "core/ops/framework/element.h"
#include "core/ops/framework/expand_node.h"
#include "core/ops/framework/infer_node.h"
#include "core/passes/framework/dead.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace tenon {
namespace {

// `old` is called `now` in the expansion and by data symbols.
void rename(Graph& graph, std::vector<Node>& nodes, ValueId old, ValueId now) {
  for (Node& node : nodes) {
    std::ranges::replace(node.inputs, old, now);
    std::ranges::replace(node.outputs, old, now);
  }
  for (Symbol& symbol : graph.symbols) {
    if (symbol.value == old) symbol.value = now;
  }
  if (!graph.value(now).known) graph.value(now).known = graph.value(old).known;
}

// Lets the expansion write the outputs of the node it replaces.
Status connect(Graph& graph, const Node& node, Expansion& expansion) {
  for (size_t k = 0; k < node.outputs.size(); ++k) {
    const ValueId result = expansion.results[k];
    if (result == no_id) continue;
    const bool is_made = std::ranges::any_of(expansion.nodes, [&](const Node& made) {
      return std::ranges::find(made.outputs, result) != made.outputs.end();
    });
    if (is_made && std::ranges::find(node.outputs, result) == node.outputs.end()) {
      rename(graph, expansion.nodes, result, node.outputs[k]);
      // A result that stands for two outputs is copied for the second.
      std::ranges::replace(expansion.results, result, node.outputs[k]);
      continue;
    }
    Node copy;
    copy.op = "Identity";
    copy.name = node.name + ".Identity";
    copy.inputs = {result};
    copy.outputs = {node.outputs[k]};
    TENON_TRY(infer_node(graph, copy));
    expansion.nodes.push_back(std::move(copy));
  }
  return {};
}

Status expand_into(Graph& graph, const Node& node, std::vector<Node>& nodes) {
  TENON_TRY_ASSIGN(Expansion expansion, expand_node(graph, node));
  TENON_TRY(connect(graph, node, expansion));
  for (Node& made : expansion.nodes) {
    if (!has_element(made)) {
      nodes.push_back(std::move(made));
      continue;
    }
    TENON_TRY_ASSIGN(std::vector<Node> lowered, lower_node(graph, made));
    std::ranges::move(lowered, std::back_inserter(nodes));
  }
  return {};
}

}  // namespace

Result<size_t> expand_nodes(Graph& graph, const std::function<bool(size_t)>& wanted) {
  std::vector<Node> nodes;
  size_t expanded = 0;
  std::vector<Node>& before = graph.main().nodes;
  nodes.reserve(before.size());
  for (size_t i = 0; i < before.size(); ++i) {
    if (!has_expansion(before[i]) || !wanted(i)) {
      nodes.push_back(std::move(before[i]));
      continue;
    }
    if (Status status = expand_into(graph, before[i], nodes); !status.ok()) {
      return status.at(describe(before[i]));
    }
    ++expanded;
  }
  before = std::move(nodes);
  if (expanded > 0) remove_dead_nodes(graph);
  return expanded;
}

}  // namespace tenon
