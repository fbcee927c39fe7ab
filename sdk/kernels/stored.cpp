// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/program.h"
#include "tenon/expr.h"
#include "tenon/in_place.h"

#include <vector>

// Weights of products lie transposed, often in a type or format of their own. Kernels that can take
// them so need neither a transposed nor a decoded copy.
namespace tenon::kernels {
namespace {

constexpr uint32_t never = UINT32_MAX;

struct Use {
  uint32_t made_by = never;  // node
  uint32_t readers = 0;
  bool is_fixed = false;  // an output of the island, or changed in place
};

class Finder {
 public:
  Finder(const HostBackendPlugin& plugin, const GraphView& graph)
      : plugin_(plugin), graph_(graph), uses_(graph.values()) {
    const tenon_body& body = graph.body();
    for (const uint32_t value : graph.outputs(body)) uses_[value].is_fixed = true;
    for (uint32_t i = 0; i < body.n_node; ++i) {
      const tenon_node& node = graph.node(body.node0 + i);
      for (const uint32_t value : graph.inputs(node)) {
        if (value != TENON_NONE) ++uses_[value].readers;
      }
      for (const uint32_t value : graph.outputs(node)) {
        if (value != TENON_NONE) uses_[value].made_by = i;
      }
      for (const InPlacePair& pair : in_place_pairs(graph, node)) {
        uses_[pair.output].is_fixed = uses_[pair.input].is_fixed = true;
      }
    }
  }

  StoredMatrices run() {
    for (uint32_t i = 0; i < graph_.body().n_node; ++i) {
      const NodeView node = at(i);
      const Result<const Kernel*> kernel = plugin_.kernel_for(node);
      if (!kernel.ok() || (*kernel)->turned_input < 0) continue;
      look_at(i, node, static_cast<size_t>((*kernel)->turned_input));
    }
    return std::move(found_);
  }

 private:
  NodeView at(uint32_t i) const { return {graph_, graph_.node(graph_.body().node0 + i)}; }

  void look_at(uint32_t i, const NodeView& node, size_t input) {
    const uint32_t turned = node.input_value(input);
    if (turned == TENON_NONE || !is_computed(turned)) return;
    const NodeView turn = at(uses_[turned].made_by);
    const uint32_t value = turned_value(turn);
    if (value == TENON_NONE || uses_[value].is_fixed) return;
    Stored stored = {.input = input, .value = value};
    found_.left_out.insert(uses_[turned].made_by);
    if (is_computed(value)) {
      const NodeView maker = at(uses_[value].made_by);
      Result<StripProgram> program = StripProgram::compile(
          graph_.exprs(), static_cast<ExprId>(maker.row().formula), maker.inputs());
      if (program.ok() && maker.inputs() <= most_formula_inputs) {
        stored.formula = std::make_shared<const StripProgram>(std::move(*program));
        stored.maker = maker;
        found_.left_out.insert(uses_[value].made_by);
      }
    }
    found_.of.emplace(i, std::move(stored));
  }

  // Whether the value is the f32 result of a formula, and read once.
  bool is_computed(uint32_t value) const {
    const Use& use = uses_[value];
    if (use.made_by == never || use.readers != 1 || use.is_fixed) return false;
    const NodeView node = at(use.made_by);
    if (node.row().formula == TENON_NONE || node.outputs() != 1) return false;
    if (graph_.dtype(value) != DType::f32) return false;
    if (graph_.exprs()[node.row().formula].type != TENON_TYPE_F32) return false;
    for (size_t i = 0; i < node.inputs(); ++i) {
      const uint32_t input = node.input_value(i);
      if (input != TENON_NONE && uses_[input].is_fixed) return false;
    }
    // A kernel of the backend's own is meant to be used.
    const Result<const Kernel*> kernel = plugin_.kernel_for(node);
    return kernel.ok() && (*kernel)->op == "formula";
  }

  // What a formula exchanges the last two axes of, and nothing else; TENON_NONE when it does more.
  uint32_t turned_value(const NodeView& turn) const {
    const tenon_expr& root = graph_.exprs()[turn.row().formula];
    if (root.op != TENON_EXPR_LOAD || root.a < 0 || root.b >= 0) return TENON_NONE;
    const uint32_t value = turn.input_value(static_cast<size_t>(root.k));
    if (value == TENON_NONE || type_of(graph_.dtype(value)) != Type::f32) return TENON_NONE;
    ExprPool pool;
    std::vector<Expr> dims;
    for (const tenon_dim dim : turn.input_dims(static_cast<size_t>(root.k))) {
      dims.push_back(dim >= 0 ? pool.integer(dim)
                              : pool.copy(graph_.exprs(), static_cast<ExprId>(~dim)));
    }
    const size_t rank = dims.size();
    if (rank < 2 || turn.output_rank(0) != rank) return TENON_NONE;
    Expr place = pool.integer(0);
    for (size_t axis = 0; axis < rank; ++axis) {
      const size_t from = axis + 1 == rank ? rank - 2 : axis + 2 == rank ? rank - 1 : axis;
      place = place * dims[axis] + pool.coordinate(static_cast<int64_t>(from));
    }
    return pool.copy(graph_.exprs(), root.a).same(place) ? value : TENON_NONE;
  }

  const HostBackendPlugin& plugin_;
  const GraphView& graph_;
  std::vector<Use> uses_;
  StoredMatrices found_;
};

}  // namespace

std::vector<uint32_t> Step::reads() const {
  std::vector<uint32_t> values;
  for (size_t i = 0; i < node.inputs(); ++i) {
    const bool is_stored = stored && stored->input == i;
    if (!is_stored) values.push_back(node.input_value(i));
  }
  if (stored && !stored->maker) values.push_back(stored->value);
  if (stored && stored->maker) {
    for (size_t i = 0; i < stored->maker->inputs(); ++i) {
      values.push_back(stored->maker->input_value(i));
    }
  }
  return values;
}

StoredMatrices find_stored(const HostBackendPlugin& plugin, const GraphView& graph) {
  return Finder(plugin, graph).run();
}

}  // namespace tenon::kernels
