// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"
#include "core/passes/framework/dead.h"
#include "core/passes/framework/values.h"
#include "core/passes/pass.h"

#include <algorithm>
#include <vector>

namespace tenon::passes {
namespace {

// Finds products of dequantized operands whose result is quantized again.
class Finder {
 public:
  explicit Finder(Graph& graph)
      : graph_(graph), maker_(graph.values.size(), no_id), uses_(count_readers(graph)) {
    const std::vector<Node>& nodes = graph.main().nodes;
    for (NodeId i = 0; i < nodes.size(); ++i) {
      for (const ValueId id : nodes[i].outputs) {
        if (id != no_id) maker_[id] = i;
      }
    }
  }

  void run() {
    for (Node& node : graph_.main().nodes) {
      if (is_plain(node, "QuantizeLinear") && is_code(node.outputs[0])) look_at(node);
    }
    remove_dead_nodes(graph_);
  }

 private:
  const Node* maker(ValueId id) const {
    return id == no_id || maker_[id] == no_id ? nullptr : &graph_.main().nodes[maker_[id]];
  }
  const Constant* constant(ValueId id) const {
    return id == no_id ? nullptr : graph_.value(id).constant.get();
  }
  bool is_code(ValueId id) const {
    const DType dtype = graph_.value(id).dtype;
    return dtype == DType::i8 || dtype == DType::u8;
  }
  static bool has_zero(const Node& node) {
    return node.inputs.size() > 2 && node.inputs[2] != no_id;
  }

  // Codes with a constant f32 scale and zero point: one of each, or with `axis` one for each place
  // on it.
  bool is_dequantized(const Node* node, int64_t axis) const {
    if (node == nullptr || !is_plain(*node, "DequantizeLinear") || !is_code(node->inputs[0])) {
      return false;
    }
    const Constant* const scale = constant(node->inputs[1]);
    if (scale == nullptr || scale->dtype != DType::f32 || !has_zero(*node) ||
        constant(node->inputs[2]) == nullptr ||
        graph_.value(node->outputs[0]).dtype != DType::f32) {
      return false;
    }
    const AttributeContext attributes(graph_, *node);
    return scale->elements() == 1 ||
           (axis >= 0 && attributes.integer("axis", 1) == axis &&
            attributes.integer("block_size", 0) == 0 && scale->dims.size() == 1);
  }

  void look_at(Node& quantize) {
    const Constant* const scale = constant(quantize.inputs[1]);
    if (scale == nullptr || scale->dtype != DType::f32 || scale->elements() != 1 ||
        !has_zero(quantize) || constant(quantize.inputs[2]) == nullptr) {
      return;
    }
    const Node* product = only_maker(quantize.inputs[0]);
    const bool has_relu = product != nullptr && is_plain(*product, "Relu");
    if (has_relu) product = only_maker(product->inputs[0]);
    if (product == nullptr || !product->domain.empty()) return;
    const bool is_conv = product->op == "Conv";
    if (!is_conv && product->op != "MatMul") return;
    const Node* const x = maker(product->inputs[0]);
    const Node* const w = maker(product->inputs[1]);
    if (!is_dequantized(x, -1) || !is_dequantized(w, is_conv ? 0 : 1)) return;
    if (constant(w->inputs[0]) == nullptr) return;
    if (!is_conv && graph_.value(w->inputs[0]).dims.size() != 2) return;
    Node made = *product;
    made.op = is_conv ? "QuantizedConv" : "QuantizedMatMul";
    made.domain = "tenon";
    made.inputs = {x->inputs[0], x->inputs[1], x->inputs[2],       w->inputs[0],
                   w->inputs[1], w->inputs[2], quantize.inputs[1], quantize.inputs[2]};
    if (is_conv && product->inputs.size() > 2 && product->inputs[2] != no_id) {
      const Node* const bias = maker(product->inputs[2]);
      if (!is_bias(bias)) return;
      made.inputs.insert(made.inputs.end(), {bias->inputs[0], bias->inputs[1]});
    }
    if (has_relu) made.attributes["relu"] = int64_t{1};
    made.outputs = quantize.outputs;
    quantize = std::move(made);
  }

  // The node that makes a value which nobody else reads.
  const Node* only_maker(ValueId id) const { return uses_[id] == 1 ? maker(id) : nullptr; }

  // Dequantized constants of i32 around 0.
  bool is_bias(const Node* node) const {
    if (node == nullptr || !is_plain(*node, "DequantizeLinear")) return false;
    const Constant* const codes = constant(node->inputs[0]);
    const Constant* const scale = constant(node->inputs[1]);
    if (codes == nullptr || scale == nullptr || codes->dtype != DType::i32) return false;
    if (!has_zero(*node)) return true;
    const Constant* const zero = constant(node->inputs[2]);
    return zero != nullptr &&
           std::ranges::all_of(zero->bytes, [](std::byte byte) { return byte == std::byte{}; });
  }

  Graph& graph_;
  std::vector<NodeId> maker_;
  std::vector<size_t> uses_;
};

Status run(Graph& graph, const PassOptions&) {
  Finder(graph).run();
  return {};
}

}  // namespace

Pass quantized_products() {
  return {
      .name = "quantized_products",
      .doc = "Products of dequantized operands that are quantized again become one node.",
      .order = 44,
      .run = run,
  };
}

}  // namespace tenon::passes
