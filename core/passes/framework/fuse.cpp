// SPDX-License-Identifier: Apache-2.0
#include "core/passes/fuse.h"

#include "core/ops/framework/rows.h"
#include "core/passes/framework/values.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace tenon {
namespace {

constexpr size_t most_operands = 16;
constexpr size_t most_rows = 256;
// A formula of at most this weight may be computed more than once instead of being stored.
constexpr int cheap = 2;

// Types that a store does not round or wrap, so that skipping it changes nothing.
bool is_exact(DType dtype) {
  switch (dtype) {
    case DType::boolean:
    case DType::i32:
    case DType::u32:
    case DType::i64:
    case DType::u64:
    case DType::f32:
    case DType::f64:
      return true;
    default:
      return false;
  }
}

// Types that a store rounds only because half the bytes suffice: what stays in registers keeps its
// precision, unless the model asks for the rounding with a cast.
bool is_half(DType dtype) { return dtype == DType::f16 || dtype == DType::bf16; }
bool is_cast(const Node& node) { return node.op == "Cast" || node.op == "CastLike"; }

int weight_of(const tenon_expr& row) {
  if (row.op < TENON_EXPR_LOAD) return 0;
  if (row.op == TENON_EXPR_LOAD) return 1;
  if (row.op >= TENON_EXPR_SQRT && row.op <= TENON_EXPR_ERF) return 16;
  switch (row.op) {
    case TENON_EXPR_POW:
      return 16;
    case TENON_EXPR_DIV:
    case TENON_EXPR_REM:
    case TENON_EXPR_MOD:
    case TENON_EXPR_FLOORDIV:
      return 4;
    default:
      return 1;
  }
}

int weight_of(const Formula& formula) {
  int weight = 0;
  for (const tenon_expr& row : formula.rows) weight += weight_of(row);
  return weight;
}

bool has_coordinate(const Formula& formula) {
  return std::ranges::any_of(formula.rows,
                             [](const tenon_expr& row) { return row.op == TENON_EXPR_COORD; });
}

bool same_dims(const Value& a, const Value& b) {
  return std::ranges::equal(a.dims, b.dims, [](const Expr& x, const Expr& y) { return x.same(y); });
}

// Whether a has at most as many elements as b, as far as can be proved.
bool not_larger(Graph& graph, const Value& a, const Value& b) {
  Expr in_a = graph.exprs->integer(1), in_b = in_a;
  for (const Expr& dim : a.dims) in_a = in_a * dim;
  for (const Expr& dim : b.dims) in_b = in_b * dim;
  return in_a.same(in_b) ||
         (in_a.is_constant() && in_b.is_constant() && in_a.constant() <= in_b.constant());
}

// Operands of the fused node.
class Operands {
 public:
  int64_t number(ValueId id) {
    const auto found = std::ranges::find(ids_, id);
    if (found != ids_.end()) return found - ids_.begin();
    ids_.push_back(id);
    return static_cast<int64_t>(ids_.size()) - 1;
  }
  const std::vector<ValueId>& ids() const { return ids_; }

 private:
  std::vector<ValueId> ids_;
};

// The producer's formula at the place where the consumer loads it.
class AtPlace : public ExprPool::Replace {
 public:
  AtPlace(ExprPool& pool, const Node& producer, Operands& operands, Expr index, Expr inside)
      : pool_(pool), producer_(producer), operands_(operands), index_(index), inside_(inside) {}

  Expr operator()(const tenon_expr& row, Expr a, Expr b, Expr c) override {
    if (row.op == TENON_EXPR_LINEAR) return index_;
    if (row.op != TENON_EXPR_LOAD) return {};
    // Where the consumer reads nothing, the producer must not read either.
    const Expr inside = inside_.valid() ? (b.valid() ? inside_ && b : inside_) : b;
    return pool_.load(operands_.number(producer_.inputs[static_cast<size_t>(row.k)]),
                      static_cast<Type>(row.type), a.valid() ? a : index_, inside, c);
  }

 private:
  ExprPool& pool_;
  const Node& producer_;
  Operands& operands_;
  Expr index_, inside_;
};

// The consumer's formula with loads of one operand replaced by what its producer computes.
class Inline : public ExprPool::Replace {
 public:
  Inline(ExprPool& pool, const Node& consumer, size_t operand, const Node& producer)
      : pool_(pool),
        consumer_(consumer),
        operand_(operand),
        producer_(producer),
        formula_(cut_out(pool, producer.formula)) {}

  Expr operator()(const tenon_expr& row, Expr a, Expr b, Expr c) override {
    if (row.op != TENON_EXPR_LOAD) return {};
    const auto type = static_cast<Type>(row.type);
    if (static_cast<size_t>(row.k) != operand_) {
      return pool_.load(operands.number(consumer_.inputs[static_cast<size_t>(row.k)]), type, a, b,
                        c);
    }
    AtPlace at(pool_, producer_, operands, a, b);
    const Expr value = pool_.rewrite(formula_.rows, formula_.root, at);
    if (!b.valid()) return value;
    return pool_.select(b, value, c.valid() ? c : pool_.cast(pool_.integer(0), type));
  }

  Operands operands;

 private:
  ExprPool& pool_;
  const Node& consumer_;
  size_t operand_;
  const Node& producer_;
  Formula formula_;
};

class Fusion {
 public:
  explicit Fusion(Graph& graph)
      : graph_(graph), maker_(graph.values.size(), no_id), uses_(count_readers(graph)) {
    for (const Node& node : graph.main().nodes) rounds_.push_back(is_cast(node));
  }

  void run() {
    std::vector<Node>& nodes = graph_.main().nodes;
    for (NodeId i = 0; i < nodes.size(); ++i) {
      if (nodes[i].formula != no_expr) absorb(nodes[i]);
      for (const ValueId id : nodes[i].outputs) {
        if (id != no_id) maker_[id] = i;
      }
    }
    // A producer that every consumer absorbed has no use left.
    for (size_t i = nodes.size(); i-- > 0;) {
      Node& node = nodes[i];
      if (node.formula == no_expr || uses_[node.outputs.front()] > 0) continue;
      for (const ValueId id : node.inputs) {
        if (id != no_id) --uses_[id];
      }
      node.outputs.clear();
    }
    std::erase_if(nodes, [](const Node& node) { return node.outputs.empty(); });
  }

 private:
  void absorb(Node& consumer) {
    size_t operand = 0;
    while (operand < consumer.inputs.size()) {
      // Absorbing renumbers the operands, so the search starts again.
      operand = absorb(consumer, operand) ? 0 : operand + 1;
    }
  }

  bool absorb(Node& consumer, size_t operand) {
    const ValueId id = consumer.inputs[operand];
    if (id == no_id || maker_[id] == no_id) return false;
    const Node& producer = graph_.main().nodes[maker_[id]];
    if (producer.formula == no_expr || !may_stay(id)) return false;
    const Formula formula = cut_out(*graph_.exprs, consumer.formula);
    if (!pays(consumer, formula, operand, producer)) return false;
    Inline inlined(*graph_.exprs, consumer, operand, producer);
    const Expr fused = graph_.exprs->rewrite(formula.rows, formula.root, inlined);
    const std::vector<ValueId>& inputs = inlined.operands.ids();
    if (inputs.size() > most_operands || cut_out(*graph_.exprs, fused.id()).rows.size() > most_rows)
      return false;
    for (const ValueId input : consumer.inputs) {
      if (input != no_id) --uses_[input];
    }
    for (const ValueId input : inputs) ++uses_[input];
    consumer.inputs = inputs;
    consumer.formula = fused.id();
    consumer.op = "Map";
    consumer.domain.clear();
    consumer.attributes.clear();
    return true;
  }

  // Whether the value need not be stored for its rounding.
  bool may_stay(ValueId id) const {
    const DType dtype = graph_.value(id).dtype;
    // A half float that is read twice is the same number for both readers.
    return is_exact(dtype) || (is_half(dtype) && uses_[id] == 1 && !rounds_[maker_[id]]);
  }

  // Whether the producer can be computed where the consumer loads it, and costs no more there.
  bool pays(const Node& consumer, const Formula& formula, size_t operand, const Node& producer) {
    size_t loads = 0;
    bool straight = true;
    for (const tenon_expr& row : formula.rows) {
      if (row.op != TENON_EXPR_LOAD || static_cast<size_t>(row.k) != operand) continue;
      ++loads;
      straight &= row.a < 0;
    }
    const Value& made = graph_.value(producer.outputs.front());
    const Value& out = graph_.value(consumer.outputs.front());
    const Formula inner = cut_out(*graph_.exprs, producer.formula);
    const bool in_place = straight && same_dims(made, out);
    if (has_coordinate(inner) && !in_place) return false;
    if (weight_of(inner) <= cheap) return true;
    const bool once = loads == 1 && uses_[producer.outputs.front()] == 1;
    return once && (in_place || not_larger(graph_, out, made));
  }

  Graph& graph_;
  std::vector<NodeId> maker_;
  std::vector<bool> rounds_;  // nodes that are there to round
  std::vector<size_t> uses_;
};

}  // namespace

Status fuse(Graph& graph) {
  Fusion(graph).run();
  return {};
}

}  // namespace tenon
