// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/element.h"
#include "core/passes/framework/dead.h"
#include "core/passes/framework/values.h"
#include "core/passes/island.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <vector>

// Products of half floats, summed in f32 and rounded once, are products of f32 between casts.
namespace tenon::island_passes {
namespace {

constexpr std::array<std::string_view, 4> products = {"Conv", "ConvTranspose", "MatMul", "Gemm"};

bool is_half(DType dtype) { return dtype == DType::f16 || dtype == DType::bf16; }

class Widening {
 public:
  explicit Widening(Graph& graph) : graph_(graph) {}

  // Whether any was found.
  Result<bool> run() {
    bool found = false;
    std::vector<Node> before = std::move(graph_.main().nodes);
    for (Node& node : before) {
      const bool widens = node.domain.empty() && node.outputs.size() == 1 &&
                          std::ranges::find(products, node.op) != products.end() &&
                          is_half(graph_.value(node.inputs[0]).dtype);
      if (widens) {
        TENON_TRY(widen(std::move(node)));
        found = true;
      } else {
        nodes_.push_back(std::move(node));
      }
    }
    graph_.main().nodes = std::move(nodes_);
    return found;
  }

 private:
  Status widen(Node node) {
    for (ValueId& id : node.inputs) {
      if (id == no_id) continue;
      TENON_TRY_ASSIGN(id, widened(id));
    }
    const ValueId half = node.outputs[0];
    Value value = graph_.value(half);
    value.name += ".f32";
    value.dtype = DType::f32;
    const ValueId wide = graph_.add_value(std::move(value));
    node.outputs = {wide};
    nodes_.push_back(std::move(node));
    return cast(wide, half);
  }

  Result<ValueId> widened(ValueId id) {
    if (graph_.value(id).constant) return widened_constant(id);
    const auto found = wide_.find(id);
    if (found != wide_.end()) return found->second;
    Value value = graph_.value(id);
    value.name += ".f32";
    value.kind = ValueKind::computed;
    value.dtype = DType::f32;
    const ValueId wide = graph_.add_value(std::move(value));
    wide_[id] = wide;
    TENON_TRY(cast(id, wide));
    return wide;
  }

  ValueId widened_constant(ValueId id) {
    Value value = graph_.value(id);
    value.name += ".f32";
    value.dtype = DType::f32;
    value.constant = f32_constant(value.constant->dims, *reals_of(graph_, id));
    return graph_.add_value(std::move(value));
  }

  Status cast(ValueId from, ValueId to) {
    Node node;
    node.op = "Cast";
    node.name = graph_.value(to).name + ".Cast";
    node.inputs = {from};
    node.outputs = {to};
    node.attributes = {{"to", static_cast<int64_t>(graph_.value(to).dtype)}};
    TENON_TRY_ASSIGN(std::vector<Node> lowered, lower_node(graph_, node));
    std::ranges::move(lowered, std::back_inserter(nodes_));
    return {};
  }

  Graph& graph_;
  std::vector<Node> nodes_;
  std::map<ValueId, ValueId> wide_;
};

Result<bool> run(Graph& graph) {
  TENON_TRY_ASSIGN(const bool changed, Widening(graph).run());
  if (changed) remove_dead_nodes(graph);
  return changed;
}

}  // namespace

IslandPass widen_halves() {
  return {
      .name = "widen_halves",
      .doc = "Products of half floats become products of f32 between casts.",
      .order = 15,
      .makes = "tenon.fused.Conv",
      .run = run,
  };
}

}  // namespace tenon::island_passes
