// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/late.h"

#include "core/graph/bodies.h"
#include "core/ops/op.h"

#include <algorithm>

namespace tenon {

bool LateNodes::needs(const Node& node) const {
  const Op* op = find_op(node.domain, node.op);
  const bool is_host = op != nullptr && op->host != nullptr;
  return std::ranges::any_of(node.inputs, [&](ValueId id) {
    if (id == no_id) return false;
    const Value& value = graph_.value(id);
    return (id < late_.size() && late_[id]) || value.dtype == DType::none ||
           (!is_host && value.wraps.empty() && !value.ranked);
  });
}

void LateNodes::add(Node node, const std::vector<size_t>& wanted) {
  for (const size_t input : wanted) {
    const ValueId id = node.inputs[input];
    if (!late_[id]) wanted_.insert(id);
  }
  for (const ValueId id : node.outputs) {
    if (id == no_id) continue;
    late_[id] = true;
    Value& value = graph_.value(id);
    value.dtype = DType::none;
    value.ranked = false;
    value.wraps.clear();
    value.dims.clear();
    value.known.reset();
  }
  nodes_.push_back(std::move(node));
}

void LateNodes::finish() {
  if (nodes_.empty()) return;
  Node late;
  late.op = "Late";
  late.domain = "tenon";
  late.name = nodes_.front().name + " and what follows";
  Body body;
  body.name = late.name;
  body.nodes = std::move(nodes_);
  for (const ValueId id : graph_.main().outputs) {
    if (!late_[id] || std::ranges::find(late.outputs, id) != late.outputs.end()) continue;
    late.outputs.push_back(id);
    body.outputs.push_back(id);
  }
  graph_.bodies.push_back(std::move(body));
  late.attributes.emplace("body", BodyReference{static_cast<uint32_t>(graph_.bodies.size() - 1)});
  close_node(graph_, late);
  std::vector<int64_t> pinned;
  for (size_t i = 0; i < late.inputs.size(); ++i) {
    if (wanted_.contains(late.inputs[i])) pinned.push_back(static_cast<int64_t>(i));
  }
  late.attributes.emplace("pinned", std::move(pinned));
  graph_.main().nodes.push_back(std::move(late));
}

}  // namespace tenon
