// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/dead.h"
#include "core/passes/framework/values.h"
#include "core/passes/pass.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

namespace tenon::passes {
namespace {

// Operators that only move the elements of their data; those of `all_inputs` move several.
constexpr std::string_view moves[] = {"Concat",  "DepthToSpace", "Flatten",
                                      "Reshape", "Slice",        "SpaceToDepth",
                                      "Squeeze", "Transpose",    "Unsqueeze"};

size_t data_inputs(const Node& node) { return node.op == "Concat" ? node.inputs.size() : 1; }

class Early {
 public:
  explicit Early(Graph& graph)
      : graph_(graph),
        maker_(graph.values.size(), no_id),
        uses_(count_readers(graph)),
        behind_(graph.main().nodes.size()) {
    const std::vector<Node>& nodes = graph.main().nodes;
    for (NodeId i = 0; i < nodes.size(); ++i) {
      for (const ValueId id : nodes[i].outputs) {
        if (id != no_id) maker_[id] = i;
      }
    }
  }

  void run() {
    std::vector<Node>& nodes = graph_.main().nodes;
    for (NodeId i = 0; i < nodes.size(); ++i) {
      if (is_plain(nodes[i], "QuantizeLinear") && has_one_scale(nodes[i])) look_at(i);
    }
    std::vector<Node> kept;
    for (NodeId i = 0; i < nodes.size(); ++i) {
      if (!nodes[i].outputs.empty()) kept.push_back(std::move(nodes[i]));
      for (Node& made : behind_[i]) kept.push_back(std::move(made));
    }
    nodes = std::move(kept);
    remove_dead_nodes(graph_);
  }

 private:
  NodeId maker(ValueId id) const { return id < maker_.size() ? maker_[id] : no_id; }
  const Constant* constant(ValueId id) const {
    return id == no_id ? nullptr : graph_.value(id).constant.get();
  }

  // A constant scale, and zero point where there is one, for all elements.
  bool has_one_scale(const Node& node) const {
    const Constant* const scale = constant(node.inputs[1]);
    const ValueId zero = node.inputs.size() > 2 ? node.inputs[2] : no_id;
    const bool has_zero =
        zero == no_id || (constant(zero) != nullptr && constant(zero)->elements() == 1);
    return scale != nullptr && scale->dtype == DType::f32 && scale->elements() == 1 && has_zero;
  }

  bool equal(ValueId a, ValueId b) const {
    if (a == no_id || b == no_id) return a == b;
    return constant(a)->dtype == constant(b)->dtype &&
           std::ranges::equal(constant(a)->bytes, constant(b)->bytes);
  }

  bool is_byte(ValueId id) const {
    const DType dtype = graph_.value(id).dtype;
    return dtype == DType::i8 || dtype == DType::u8;
  }

  // Finds the nodes between dequantized values and `last`, all of which only move elements.
  bool collect(ValueId last, std::set<NodeId>& between) const {
    std::vector<ValueId> open = {last};
    while (!open.empty()) {
      const ValueId id = open.back();
      open.pop_back();
      const NodeId at = id == no_id ? no_id : maker(id);
      if (at == no_id) return false;
      const Node& made_by = graph_.main().nodes[at];
      if (is_plain(made_by, "DequantizeLinear")) {
        if (!has_one_scale(made_by)) return false;
        continue;
      }
      const bool is_move =
          made_by.domain.empty() && std::ranges::find(moves, made_by.op) != std::end(moves);
      if (!is_move || uses_[id] != 1 || made_by.outputs.size() != 1) return false;
      between.insert(at);
      const auto data = made_by.inputs.begin();
      open.insert(open.end(), data, data + static_cast<std::ptrdiff_t>(data_inputs(made_by)));
    }
    return true;
  }

  void look_at(NodeId at) {
    std::vector<Node>& nodes = graph_.main().nodes;
    std::set<NodeId> between;
    const Node quantize = nodes[at];
    const Value& quantized = graph_.value(quantize.outputs[0]);
    const bool is_code = is_integer(quantized.dtype);
    if (!is_code || !collect(quantize.inputs[0], between) || between.empty()) return;
    for (const NodeId id : between) {
      Node& move = nodes[id];
      for (size_t k = 0; k < data_inputs(move); ++k) {
        const bool is_moved = between.contains(maker(move.inputs[k]));
        if (!is_moved) move.inputs[k] = code_of(move.inputs[k], quantize);
      }
      graph_.value(move.outputs[0]).dtype = quantized.dtype;
      if (move.outputs[0] == quantize.inputs[0]) {
        move.outputs = quantize.outputs;
        maker_[quantize.outputs[0]] = id;
      }
    }
    nodes[at].outputs.clear();
  }

  // The dequantized value as the last node would have quantized it.
  ValueId code_of(ValueId id, const Node& quantize) {
    const Node& dequantize = graph_.main().nodes[maker_[id]];
    const ValueId zero = quantize.inputs.size() > 2 ? quantize.inputs[2] : no_id;
    const ValueId before = dequantize.inputs.size() > 2 ? dequantize.inputs[2] : no_id;
    const DType dtype = graph_.value(quantize.outputs[0]).dtype;
    if (equal(dequantize.inputs[1], quantize.inputs[1]) && equal(before, zero) &&
        graph_.value(dequantize.inputs[0]).dtype == dtype) {
      return dequantize.inputs[0];
    }
    const auto key = std::tuple(id, quantize.inputs[1], zero);
    if (const auto found = made_.find(key); found != made_.end()) return found->second;
    Value code = graph_.value(id);
    code.name = fmt::format("{}.{}", code.name, graph_.value(quantize.outputs[0]).name);
    code.dtype = dtype;
    Node node = quantize;
    node.name = fmt::format("{}.{}", quantize.name, graph_.value(id).name);
    node.inputs[0] = id;
    if (before != no_id && zero != no_id && is_byte(dequantize.inputs[0]) && is_byte(zero)) {
      node.op = "Requantize";
      node.domain = "tenon";
      node.inputs = {dequantize.inputs[0], dequantize.inputs[1], before, quantize.inputs[1], zero};
      node.attributes.clear();
    }
    node.outputs = {graph_.add_value(std::move(code))};
    behind_[maker_[id]].push_back(node);
    return made_[key] = node.outputs[0];
  }

  Graph& graph_;
  std::vector<NodeId> maker_;
  std::vector<size_t> uses_;
  std::vector<std::vector<Node>> behind_;  // new nodes, by the node they follow
  std::map<std::tuple<ValueId, ValueId, ValueId>, ValueId> made_;
};

Status run(Graph& graph, const PassOptions&) {
  Early(graph).run();
  return {};
}

}  // namespace

Pass quantize_early() {
  return {
      .name = "quantize_early",
      .doc = "What was dequantized only to be moved and quantized again is moved as it was.",
      .order = 42,
      .run = run,
  };
}

}  // namespace tenon::passes
