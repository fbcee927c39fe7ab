// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"
#include "core/ops/framework/element.h"
#include "core/passes/framework/dead.h"
#include "core/passes/framework/decodes.h"
#include "core/passes/framework/values.h"
#include "core/passes/island.h"

#include <algorithm>
#include <iterator>
#include <optional>

// Products with weights that lie transposed, as checkpoints store them.
namespace tenon::island_passes {
namespace {

class Finder {
 public:
  explicit Finder(Graph& graph) : graph_(graph), maker_(graph.values.size(), no_id) {}

  // Whether any was found.
  Result<bool> run() {
    bool found = false;
    std::vector<Node> before = std::move(graph_.main().nodes);
    for (Node& node : before) {
      if (std::optional<Node> linear = look_at(node)) {
        TENON_TRY(put(std::move(*linear), node));
        found = true;
      } else {
        nodes_.push_back(std::move(node));
      }
      const auto last = static_cast<NodeId>(nodes_.size() - 1);
      maker_.resize(graph_.values.size(), no_id);
      for (const ValueId id : nodes_[last].outputs) {
        if (id != no_id) maker_[id] = last;
      }
    }
    graph_.main().nodes = std::move(nodes_);
    return found;
  }

 private:
  const Node* maker(ValueId id) const {
    return maker_[id] == no_id ? nullptr : &nodes_[maker_[id]];
  }
  bool is_constant(ValueId id) const { return id == no_id || graph_.value(id).constant != nullptr; }

  bool turns(const Node& node) const {
    const std::vector<int64_t> swapped = {1, 0};
    return is_plain(node, "Transpose") &&
           AttributeContext(graph_, node).integers("perm", swapped) == swapped;
  }

  // The matrix whose transpose the node multiplies with; no_id when it does something else.
  ValueId stored_by(const Node& product) const {
    if (!product.domain.empty()) return no_id;
    if (product.op == "Gemm") {
      const AttributeContext attributes(graph_, product);
      const bool plain = attributes.integer("transA", 0) == 0 && attributes.real("alpha", 1) == 1 &&
                         attributes.real("beta", 1) == 1;
      return plain && attributes.integer("transB", 0) != 0 ? product.inputs[1] : no_id;
    }
    const Node* const turn = product.op == "MatMul" ? maker(product.inputs[1]) : nullptr;
    return turn != nullptr && turns(*turn) ? turn->inputs[0] : no_id;
  }

  std::optional<Node> look_at(const Node& product) const {
    const ValueId stored = stored_by(product);
    if (stored == no_id) return {};
    const Value& x = graph_.value(product.inputs[0]);
    const std::vector<Expr>& dims = graph_.value(stored).dims;
    const bool is_sized = std::ranges::all_of(dims, [](const Expr& e) { return e.is_constant(); });
    if (x.dtype != DType::f32 || x.dims.empty() || dims.size() != 2 || !is_sized) return {};
    Node linear = product;
    linear.op = "Linear";
    linear.domain = "tenon";
    linear.inputs.resize(1);
    linear.attributes.clear();
    if (!add_weight(stored, product.op == "Gemm", linear)) return {};
    linear.attributes["outputs"] = dims[0].constant();
    return linear;
  }

  // Where the numbers of the matrix lie: as they are, in a narrower type, or in blocks. Gemm needs
  // no help with f32.
  bool add_weight(ValueId stored, bool is_gemm, Node& linear) const {
    const Node* const made = maker(stored);
    if (made == nullptr) {
      linear.inputs.push_back(stored);
      return !is_gemm && is_constant(stored);
    }
    if (is_plain(*made, "Cast")) {
      linear.inputs.push_back(made->inputs[0]);
      return is_constant(made->inputs[0]) && is_float(graph_.value(made->inputs[0]).dtype);
    }
    const auto is_stored = [&](ValueId id) { return is_constant(id); };
    if (!decodes(*made) || !made->attributes.contains("code")) return false;
    if (!std::ranges::all_of(made->inputs, is_stored)) return false;
    linear.inputs.insert(linear.inputs.end(), made->inputs.begin(), made->inputs.end());
    linear.attributes = made->attributes;
    return true;
  }

  // The node in place of the product, and the sum with what Gemm adds.
  Status put(Node linear, const Node& product) {
    const ValueId c = product.op == "Gemm" && product.inputs.size() > 2 ? product.inputs[2] : no_id;
    if (c == no_id) {
      nodes_.push_back(std::move(linear));
      return {};
    }
    Value value = graph_.value(product.outputs[0]);
    value.name += ".product";
    linear.outputs = {graph_.add_value(std::move(value))};
    Node sum;
    sum.op = "Add";
    sum.name = product.name + ".Add";
    sum.inputs = {linear.outputs[0], c};
    sum.outputs = product.outputs;
    nodes_.push_back(std::move(linear));
    TENON_TRY_ASSIGN(std::vector<Node> lowered, lower_node(graph_, sum));
    std::ranges::move(lowered, std::back_inserter(nodes_));
    return {};
  }

  Graph& graph_;
  std::vector<Node> nodes_;
  std::vector<NodeId> maker_;
};

Result<bool> run(Graph& graph) {
  TENON_TRY_ASSIGN(const bool changed, Finder(graph).run());
  if (changed) remove_dead_nodes(graph);
  return changed;
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
