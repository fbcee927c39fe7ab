// SPDX-License-Identifier: Apache-2.0
#include "order.h"

#include <functional>
#include <map>
#include <queue>
#include <set>

namespace tenon::onnx {

namespace {

// A node without a name is shown by what it makes.
Text shown(const Node& node) {
  return node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name;
}

using Producers = std::map<Text, uint32_t>;

Status add_producers(std::span<const Node> nodes, Producers& made_by) {
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    for (const Text output : nodes[i].outputs) {
      if (output.empty()) continue;
      if (!made_by.emplace(output, i).second) {
        return invalid("value \"{}\" is made by two nodes, \"{}\" ({}) is the second", output,
                       shown(nodes[i]), nodes[i].op);
      }
    }
  }
  return {};
}

// Names that a graph makes itself: its subgraph's nodes mean these, not those around it.
std::set<Text> made_in(const Graph& graph) {
  std::set<Text> names;
  for (const ValueInfo& input : graph.inputs) names.insert(input.name);
  for (const Tensor& tensor : graph.initializers) names.insert(tensor.name);
  for (const SparseTensor& tensor : graph.sparse_initializers) names.insert(tensor.values.name);
  for (const Node& node : graph.nodes) names.insert(node.outputs.begin(), node.outputs.end());
  return names;
}

// Names that a node reads, those its subgraphs take from outside included. The reader of the file
// has limited the depth.
void visit_reads(const Node& node, const std::function<void(Text)>& sink) {
  for (const Text input : node.inputs) {
    if (!input.empty()) sink(input);
  }
  for (const Attribute& attribute : node.attributes) {
    if (!attribute.graph) continue;
    const std::set<Text> inner = made_in(*attribute.graph);
    const auto captured = [&](Text name) {
      if (!inner.contains(name)) sink(name);
    };
    for (const Node& part : attribute.graph->nodes) visit_reads(part, captured);
    for (const ValueInfo& output : attribute.graph->outputs) captured(output.name);
  }
}

struct Edges {
  std::vector<std::vector<uint32_t>> readers;
  std::vector<uint32_t> waits;  // how many values a node still waits for
};

Edges edges_of(std::span<const Node> nodes, const Producers& made_by) {
  Edges edges{std::vector<std::vector<uint32_t>>(nodes.size()),
              std::vector<uint32_t>(nodes.size(), 0)};
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    visit_reads(nodes[i], [&](Text name) {
      const auto producer = made_by.find(name);
      if (producer == made_by.end()) return;
      edges.readers[producer->second].push_back(i);
      ++edges.waits[i];
    });
  }
  return edges;
}

bool is_sorted(std::span<const Node> nodes, const Producers& made_by) {
  bool sorted = true;
  for (uint32_t i = 0; i < nodes.size() && sorted; ++i) {
    visit_reads(nodes[i], [&](Text name) {
      const auto producer = made_by.find(name);
      if (producer != made_by.end() && producer->second >= i) sorted = false;
    });
  }
  return sorted;
}

}  // namespace

Result<Order> order_of(std::span<const Node> nodes) {
  Producers made_by;
  TENON_TRY(add_producers(nodes, made_by));
  Order order;
  order.nodes.reserve(nodes.size());
  if (is_sorted(nodes, made_by)) {
    for (uint32_t i = 0; i < nodes.size(); ++i) order.nodes.push_back(i);
    return order;
  }
  order.was_sorted = false;
  Edges edges = edges_of(nodes, made_by);
  std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<>> ready;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (edges.waits[i] == 0) ready.push(i);
  }
  while (!ready.empty()) {
    const uint32_t node = ready.top();
    ready.pop();
    order.nodes.push_back(node);
    for (const uint32_t reader : edges.readers[node]) {
      if (--edges.waits[reader] == 0) ready.push(reader);
    }
  }
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (edges.waits[i] == 0) continue;
    return invalid("node \"{}\" ({}) waits for a value that waits for it: the graph has a cycle",
                   shown(nodes[i]), nodes[i].op);
  }
  return order;
}

}  // namespace tenon::onnx
