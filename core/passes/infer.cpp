// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/infer_node.h"
#include "core/ops/op.h"
#include "core/passes/pass.h"

#include <algorithm>
#include <map>

namespace tenon::passes {
namespace {

// Nodes of one unsupported operator that a message names.
constexpr size_t most_named = 4;

bool is_known(const Node& node) { return find_op(node.domain, node.op) != nullptr; }

bool has_body(const Node& node) {
  return std::ranges::any_of(node.attributes, [](const auto& attribute) {
    return std::holds_alternative<BodyReference>(attribute.second);
  });
}

// All operators of the graph that cannot run, in one message.
Status check_operators(const Graph& graph) {
  std::map<std::string, std::vector<std::string_view>> missing;
  for (const Node& node : graph.main().nodes) {
    if (is_known(node) && !has_body(node)) continue;
    std::string op = node.domain.empty() ? node.op : node.domain + "." + node.op;
    missing[std::move(op)].push_back(node.name);
  }
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
  for (Node& node : graph.main().nodes) TENON_TRY(infer_node(graph, node));
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
