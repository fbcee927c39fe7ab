// SPDX-License-Identifier: Apache-2.0
#include "core/graph/bodies.h"
#include "core/ops/framework/infer_node.h"
#include "core/ops/op.h"
#include "core/passes/framework/late.h"
#include "core/passes/pass.h"

#include <algorithm>
#include <map>

namespace tenon::passes {
namespace {

// Nodes of one unsupported operator that a message names.
constexpr size_t most_named = 4;

using Missing = std::map<std::string, std::vector<std::string_view>>;

// Operators of the nodes and of the bodies in them that nobody knows.
void add_missing(const Graph& graph, const std::vector<Node>& nodes, Missing& missing) {
  for (const Node& node : nodes) {
    if (find_op(node.domain, node.op) == nullptr) {
      std::string op = node.domain.empty() ? node.op : node.domain + "." + node.op;
      missing[std::move(op)].push_back(node.name);
    }
    for (const uint32_t body : bodies_of(node)) {
      add_missing(graph, graph.bodies[body].nodes, missing);
    }
  }
}

// All operators of the graph that cannot run, in one message.
Status check_operators(const Graph& graph) {
  Missing missing;
  add_missing(graph, graph.main().nodes, missing);
  if (missing.empty()) return {};
  std::string text;
  for (const auto& [op, names] : missing) {
    text += fmt::format("{}{} x{} (node", text.empty() ? "" : ", ", op, names.size());
    for (size_t i = 0; i < std::min(names.size(), most_named); ++i) {
      text += fmt::format("{} \"{}\"", i == 0 ? "" : ",", names[i]);
    }
    text += names.size() > most_named ? ", ...)" : ")";
  }
  return unsupported("{} not supported: {}",
                     missing.size() == 1 ? std::string("1 operator is")
                                         : fmt::format("{} operators are", missing.size()),
                     text);
}

Status run(Graph& graph, const PassOptions&) {
  TENON_TRY(check_operators(graph));
  LateNodes late(graph);
  std::vector<Node> kept;
  std::vector<Node> nodes = std::move(graph.main().nodes);
  graph.main().nodes.clear();
  kept.reserve(nodes.size());
  for (Node& node : nodes) {
    if (late.needs(node)) {
      late.add(std::move(node), {});
      continue;
    }
    Node before = node;
    std::vector<size_t> wanted;
    const Status status = infer_node(graph, node, &wanted);
    if (status.ok()) {
      kept.push_back(std::move(node));
    } else if (wanted.empty()) {
      return status;
    } else {
      late.add(std::move(before), wanted);
    }
  }
  graph.main().nodes = std::move(kept);
  late.finish();
  return {};
}

}  // namespace

Pass infer() {
  return {
      .name = "infer",
      .doc = "Every value gets its type and dims, and its elements where they are few and known.",
      .order = 20,
      .run = run,
  };
}

}  // namespace tenon::passes
