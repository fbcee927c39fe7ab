// SPDX-License-Identifier: Apache-2.0
#include "sources.h"

#include "mat_mul.h"
#include "tenon/in_place.h"

#include <algorithm>
#include <vector>

namespace tenon::kernelgen {
namespace {

constexpr uint32_t never = UINT32_MAX;
constexpr int deepest = 3;  // formulas inside one another

class Finder {
 public:
  explicit Finder(Island& island)
      : island_(island), graph_(island.graph()), values_(graph_.values()) {
    const tenon_body& body = graph_.body();
    for (const uint32_t value : graph_.outputs(body)) values_[value].is_fixed = true;
    for (uint32_t i = 0; i < body.n_node; ++i) {
      const tenon_node& node = graph_.node(body.node0 + i);
      for (const uint32_t value : graph_.inputs(node)) {
        if (value != TENON_NONE) ++values_[value].readers;
      }
      for (const uint32_t value : graph_.outputs(node)) {
        if (value != TENON_NONE) values_[value].maker = i;
      }
      // What changes in place must be read when its turn comes.
      for (const InPlacePair& pair : in_place_pairs(graph_, node)) {
        values_[pair.output].is_changed = values_[pair.input].is_changed = true;
      }
    }
  }

  std::map<uint32_t, Expr> run() {
    const tenon_body& body = graph_.body();
    for (uint32_t i = 0; i < body.n_node; ++i) {
      const tenon_node& node = graph_.node(body.node0 + i);
      if (node.formula != TENON_NONE || graph_.op(node) != "MatMul" || node.n_in < 2) continue;
      const Work work(island_, node, "probe");
      const Result<ProductSizes> sizes = product_sizes(work);
      if (sizes.ok()) product(work, *sizes);
    }
    return std::move(conditions_);
  }

 private:
  struct Facts {
    uint32_t maker = never;
    uint32_t readers = 0;
    bool is_fixed = false;    // must be in memory
    bool is_changed = false;  // by a node that works in place
  };

  void product(const Work& work, const ProductSizes& sizes) {
    const Expr is_more = sizes.rows > few_rows;
    const bool is_never = is_more.is_constant() && is_more.constant() != 0;
    const uint32_t right = work.input(1);
    if (is_never || !may_be_source(right)) return;
    std::vector<uint32_t> taken;
    take(right, deepest, taken);
    const tenon_node* const source = right_source(work, sizes);
    if (source == nullptr || !mat_mul_by_formula(work, sizes, *source).ok()) {
      for (const uint32_t value : taken) island_.set_source(value, nullptr);
      return;
    }
    for (const uint32_t value : taken) {
      conditions_[values_[value].maker] = value == right ? is_more : island_.pool().boolean(false);
    }
  }

  const tenon_node& maker(uint32_t value) const {
    return graph_.node(graph_.body().node0 + values_[value].maker);
  }

  // Whether the only reader of a value can compute it, bit for bit.
  bool may_be_source(uint32_t value) const {
    const Facts& facts = values_[value];
    if (value == TENON_NONE || facts.maker == never || facts.readers != 1 || facts.is_fixed) {
      return false;
    }
    const tenon_node& node = maker(value);
    if (node.formula == TENON_NONE || node.n_out != 1) return false;
    for (const uint32_t input : graph_.inputs(node)) {
      if (input != TENON_NONE && values_[input].is_changed) return false;
    }
    const DType dtype = graph_.dtype(value);
    const auto type = static_cast<Type>(graph_.exprs()[node.formula].type);
    return (dtype == DType::f32 || dtype == DType::f64) && type == type_of(dtype);
  }

  // The value, and what its formula reads once, as sources.
  void take(uint32_t value, int depth, std::vector<uint32_t>& taken) {
    const tenon_node& node = maker(value);
    island_.set_source(value, &node);
    taken.push_back(value);
    const std::span<const uint32_t> inputs = graph_.inputs(node);
    for (size_t k = 0; k < inputs.size() && depth > 1; ++k) {
      if (inputs[k] == TENON_NONE || !may_be_source(inputs[k])) continue;
      if (loads_of(node, k) == 1) take(inputs[k], depth - 1, taken);
    }
  }

  size_t loads_of(const tenon_node& node, size_t operand) const {
    const std::span<const tenon_expr> rows = graph_.exprs();
    std::vector<char> reached(node.formula + size_t{1}, 0);
    reached[node.formula] = 1;
    size_t loads = 0;
    for (size_t i = reached.size(); i-- > 0;) {
      if (reached[i] == 0) continue;
      const tenon_expr& at = rows[i];
      if (at.op == TENON_EXPR_LOAD && static_cast<size_t>(at.k) == operand) ++loads;
      for (const int32_t child : {at.a, at.b, at.c}) {
        if (child >= 0) reached[static_cast<size_t>(child)] = 1;
      }
    }
    return loads;
  }

  Island& island_;
  const GraphView& graph_;
  std::vector<Facts> values_;
  std::map<uint32_t, Expr> conditions_;
};

}  // namespace

std::map<uint32_t, Expr> find_sources(Island& island) { return Finder(island).run(); }

}  // namespace tenon::kernelgen
