// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/element.h"
#include "core/passes/framework/dead.h"
#include "core/passes/island.h"
#include "tenon/strip_vm.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>

// Batch normalization with known statistics is one factor and one summand a channel: they go into
// the weights of the convolution in front, or stay as one multiply-add.
namespace tenon::island_passes {
namespace {

using Reals = std::vector<double>;

std::optional<Reals> reals_of(const Graph& graph, ValueId id) {
  if (id == no_id || !graph.value(id).constant) return {};
  const Constant& constant = *graph.value(id).constant;
  if (!is_float(constant.dtype)) return {};
  Reals reals(static_cast<size_t>(constant.elements()));
  for (size_t i = 0; i < reals.size(); ++i) {
    reals[i] = load_float(constant.bytes.data(), constant.dtype, static_cast<int64_t>(i));
  }
  return reals;
}

ValueId add_constant(Graph& graph, std::string name, std::vector<int64_t> dims,
                     const Reals& elements) {
  auto floats = std::make_shared<std::vector<float>>(elements.begin(), elements.end());
  auto constant = std::make_shared<Constant>();
  constant->dtype = DType::f32;
  constant->bytes = std::as_bytes(std::span<const float>(*floats));
  constant->dims = dims;
  constant->owner = std::move(floats);
  Value value;
  value.name = std::move(name);
  value.kind = ValueKind::constant;
  value.dtype = DType::f32;
  value.ranked = true;
  for (const int64_t dim : dims) value.dims.push_back(graph.exprs->integer(dim));
  value.constant = std::move(constant);
  return graph.add_value(std::move(value));
}

struct Affine {
  Reals factor, summand;  // of each channel
};

class Folding {
 public:
  explicit Folding(Graph& graph)
      : graph_(graph), maker_(graph.values.size(), no_id), uses_(graph.values.size()) {
    for (const Node& node : graph.main().nodes) {
      for (const ValueId id : node.inputs) {
        if (id != no_id) ++uses_[id];
      }
    }
    for (const ValueId id : graph.main().outputs) uses_[id] += 2;
    for (const Symbol& symbol : graph.symbols) {
      if (symbol.value != no_id) uses_[symbol.value] += 2;
    }
  }

  Status run() {
    std::vector<Node> before = std::move(graph_.main().nodes);
    for (Node& node : before) {
      const std::optional<Affine> affine = affine_of(node);
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
    return {};
  }

 private:
  std::optional<Affine> affine_of(const Node& node) const {
    if (node.op != "BatchNormalization" || !node.domain.empty() || node.inputs.size() < 5)
      return {};
    const auto mode = node.attributes.find("training_mode");
    const auto* training =
        mode == node.attributes.end() ? nullptr : std::get_if<int64_t>(&mode->second);
    const Value& x = graph_.value(node.inputs[0]);
    if ((training != nullptr && *training != 0) || x.dtype != DType::f32 || x.dims.size() < 2) {
      return {};
    }
    const auto given = node.attributes.find("epsilon");
    const auto* epsilon =
        given == node.attributes.end() ? nullptr : std::get_if<double>(&given->second);
    const auto scale = reals_of(graph_, node.inputs[1]), shift = reals_of(graph_, node.inputs[2]);
    const auto mean = reals_of(graph_, node.inputs[3]), variance = reals_of(graph_, node.inputs[4]);
    if (!scale || !shift || !mean || !variance) return {};
    Affine affine;
    for (size_t i = 0; i < scale->size(); ++i) {
      const double factor =
          (*scale)[i] / std::sqrt((*variance)[i] + (epsilon == nullptr ? 1e-5 : *epsilon));
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
    if (conv.op != "Conv" || !conv.domain.empty()) return false;
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
    const ValueId folded = add_constant(graph_, node.name + ".weights", dims, *w);
    const ValueId bias =
        add_constant(graph_, node.name + ".bias", {static_cast<int64_t>(b->size())}, *b);
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
    const ValueId factor = add_constant(graph_, node.name + ".factor", dims, affine.factor);
    const ValueId summand = add_constant(graph_, node.name + ".summand", dims, affine.summand);
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

Status run(Graph& graph) {
  TENON_TRY(Folding(graph).run());
  remove_dead_nodes(graph);
  return {};
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
