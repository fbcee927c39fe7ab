// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/dead.h"
#include "core/passes/framework/decodes.h"
#include "core/passes/island.h"

#include <algorithm>

// Products with weights that lie transposed, as checkpoints store them.
namespace tenon::island_passes {
namespace {

class Finder {
 public:
  explicit Finder(Graph& graph) : graph_(graph), maker_(graph.values.size(), no_id) {}

  void run() {
    std::vector<Node>& nodes = graph_.main().nodes;
    for (NodeId i = 0; i < nodes.size(); ++i) {
      if (nodes[i].op == "MatMul" && nodes[i].domain.empty()) look_at(nodes[i]);
      for (const ValueId id : nodes[i].outputs) {
        if (id != no_id) maker_[id] = i;
      }
    }
  }

 private:
  const Node* maker(ValueId id) const {
    return maker_[id] == no_id ? nullptr : &graph_.main().nodes[maker_[id]];
  }
  bool is_constant(ValueId id) const { return id == no_id || graph_.value(id).constant != nullptr; }

  static bool turns(const Node& node) {
    const auto perm = node.attributes.find("perm");
    const auto* axes =
        perm == node.attributes.end() ? nullptr : std::get_if<std::vector<int64_t>>(&perm->second);
    const bool swaps = axes == nullptr || *axes == std::vector<int64_t>{1, 0};
    return node.op == "Transpose" && node.domain.empty() && swaps;
  }

  void look_at(Node& product) {
    const Value& x = graph_.value(product.inputs[0]);
    const Value& w = graph_.value(product.inputs[1]);
    const Node* const turn = maker(product.inputs[1]);
    if (x.dtype != DType::f32 || x.dims.empty() || w.dims.size() != 2) return;
    if (turn == nullptr || !turns(*turn)) return;
    const ValueId stored = turn->inputs[0];
    const std::vector<Expr>& dims = graph_.value(stored).dims;
    const bool is_sized = std::ranges::all_of(dims, [](const Expr& e) { return e.is_constant(); });
    if (dims.size() != 2 || !is_sized) return;
    Node linear = product;
    linear.op = "Linear";
    linear.domain = "tenon";
    linear.inputs.resize(1);
    if (!add_weight(stored, linear)) return;
    linear.attributes["outputs"] = dims[0].constant();
    product = std::move(linear);
  }

  // Where the numbers of the matrix lie: as they are, in a narrower type, or in blocks.
  bool add_weight(ValueId stored, Node& linear) const {
    const Node* const made = maker(stored);
    if (made == nullptr) {
      linear.inputs.push_back(stored);
      return is_constant(stored);
    }
    if (made->op == "Cast" && made->domain.empty()) {
      linear.inputs.push_back(made->inputs[0]);
      return is_constant(made->inputs[0]) && is_float(graph_.value(made->inputs[0]).dtype);
    }
    const auto is_stored = [&](ValueId id) { return is_constant(id); };
    if (!decodes(*made) || !std::ranges::all_of(made->inputs, is_stored)) return false;
    linear.inputs.insert(linear.inputs.end(), made->inputs.begin(), made->inputs.end());
    linear.attributes = made->attributes;
    return true;
  }

  Graph& graph_;
  std::vector<NodeId> maker_;
};

Status run(Graph& graph) {
  Finder(graph).run();
  remove_dead_nodes(graph);
  return {};
}

}  // namespace

IslandPass linear() {
  return {
      .name = "linear",
      .doc =
          "x times the transpose of stored weights becomes one node that reads them as they lie.",
      .order = 10,
      .makes = "tenon.Linear",
      .run = run,
  };
}

}  // namespace tenon::island_passes
