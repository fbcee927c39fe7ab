// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"
#include "core/ops/framework/element.h"
#include "core/passes/framework/dead.h"
#include "core/passes/framework/values.h"
#include "core/passes/island.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

// Batch normalization with known statistics is one factor and one summand a channel: they go into
// the weights of the convolution in front, or stay as one multiply-add.
namespace tenon::island_passes {
namespace {

using Reals = std::vector<double>;

struct Affine {
  Reals factor, summand;  // of each channel
};

class Folding {
 public:
  explicit Folding(Graph& graph)
      : graph_(graph), maker_(graph.values.size(), no_id), uses_(count_readers(graph)) {}

  // Whether any was found.
  Result<bool> run() {
    bool found = false;
    std::vector<Node> before = std::move(graph_.main().nodes);
    for (Node& node : before) {
      const std::optional<Affine> affine = affine_of(node);
      found |= affine.has_value();
      if (affine && fold(node, *affine)) continue;
      if (affine) {
        TENON_TRY(multiply_add(node, *affine));
      } else {
        nodes_.push_back(std::move(node));
      }
      maker_.resize(graph_.values.size(), no_id);
      for (const ValueId id : nodes_.back().outputs) {
        if (id != no_id) maker_[id] = static_cast<NodeId>(nodes_.size() - 1);
      }
    }
    graph_.main().nodes = std::move(nodes_);
    return found;
  }

 private:
  std::optional<Affine> affine_of(const Node& node) const {
    if (!is_plain(node, "BatchNormalization") || node.inputs.size() < 5) return {};
    const AttributeContext attributes(graph_, node);
    const Value& x = graph_.value(node.inputs[0]);
    if (attributes.integer("training_mode", 0) != 0 || x.dtype != DType::f32 || x.dims.size() < 2) {
      return {};
    }
    const double epsilon = attributes.real("epsilon", 1e-5);
    const auto scale = reals_of(graph_, node.inputs[1]), shift = reals_of(graph_, node.inputs[2]);
    const auto mean = reals_of(graph_, node.inputs[3]), variance = reals_of(graph_, node.inputs[4]);
    if (!scale || !shift || !mean || !variance) return {};
    Affine affine;
    for (size_t i = 0; i < scale->size(); ++i) {
      const double factor = (*scale)[i] / std::sqrt((*variance)[i] + epsilon);
      affine.factor.push_back(factor);
      affine.summand.push_back((*shift)[i] - (*mean)[i] * factor);
    }
    return affine;
  }

  // Into the convolution whose result nobody else reads.
  bool fold(const Node& node, const Affine& affine) {
    const ValueId x = node.inputs[0];
    if (maker_[x] == no_id || uses_[x] != 1) return false;
    Node& conv = nodes_[maker_[x]];
    if (!is_plain(conv, "Conv")) return false;
    const Value& weights = graph_.value(conv.inputs[1]);
    std::optional<Reals> w = reals_of(graph_, conv.inputs[1]);
    const bool has_bias = conv.inputs.size() > 2 && conv.inputs[2] != no_id;
    std::optional<Reals> b =
        has_bias ? reals_of(graph_, conv.inputs[2]) : Reals(affine.factor.size(), 0.0);
    if (!w || !b || weights.dtype != DType::f32 || b->size() != affine.factor.size()) return false;
    if (weights.constant->dims[0] != static_cast<int64_t>(affine.factor.size())) return false;
    const size_t per_channel = w->size() / affine.factor.size();
    for (size_t i = 0; i < w->size(); ++i) (*w)[i] *= affine.factor[i / per_channel];
    for (size_t i = 0; i < b->size(); ++i) {
      (*b)[i] = (*b)[i] * affine.factor[i] + affine.summand[i];
    }
    const std::vector<int64_t> dims = weights.constant->dims;
    const ValueId folded = graph_.add_constant(node.name + ".weights", f32_constant(dims, *w));
    const ValueId bias = graph_.add_constant(node.name + ".bias",
                                             f32_constant({static_cast<int64_t>(b->size())}, *b));
    conv.inputs = {conv.inputs[0], folded, bias};
    conv.outputs = {node.outputs[0]};
    maker_.resize(graph_.values.size(), no_id);
    maker_[node.outputs[0]] = maker_[x];
    return true;
  }

  Status multiply_add(const Node& node, const Affine& affine) {
    const size_t rank = graph_.value(node.inputs[0]).dims.size();
    std::vector<int64_t> dims(rank - 1, 1);
    dims[0] = static_cast<int64_t>(affine.factor.size());
    const ValueId factor =
        graph_.add_constant(node.name + ".factor", f32_constant(dims, affine.factor));
    const ValueId summand =
        graph_.add_constant(node.name + ".summand", f32_constant(dims, affine.summand));
    Node made;
    made.op = "Map";
    made.name = node.name;
    made.inputs = {node.inputs[0], factor, summand};
    made.outputs = {node.outputs[0]};
    made.attributes = {{"formula", "x * factor + summand"},
                       {"operands", std::vector<std::string>{"x", "factor", "summand"}},
                       {"dtype", static_cast<int64_t>(DType::f32)}};
    TENON_TRY_ASSIGN(std::vector<Node> lowered, lower_node(graph_, made));
    std::ranges::move(lowered, std::back_inserter(nodes_));
    return {};
  }

  Graph& graph_;
  std::vector<Node> nodes_;
  std::vector<NodeId> maker_;
  std::vector<size_t> uses_;
};

Result<bool> run(Graph& graph) {
  TENON_TRY_ASSIGN(const bool changed, Folding(graph).run());
  if (changed) remove_dead_nodes(graph);
  return changed;
}

}  // namespace

IslandPass batch_norm() {
  return {
      .name = "batch_norm",
      .doc =
          "Batch normalization with known statistics goes into the convolution in front of it, or "
          "becomes one multiply-add.",
      .order = 20,
      .makes = "tenon.fused.Conv",
      .run = run,
  };
}

}  // namespace tenon::island_passes
