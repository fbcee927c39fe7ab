// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/rows.h"
#include "core/ops/op.h"
#include "core/passes/framework/values.h"
#include "core/passes/island.h"

#include <algorithm>
#include <optional>

namespace tenon {
namespace {

constexpr std::string_view fused_domain = "tenon.fused";
constexpr size_t most_operands = 8;

bool same_dims(const Value& a, const Value& b) {
  return std::ranges::equal(a.dims, b.dims, [](const Expr& x, const Expr& y) { return x.same(y); });
}

// The formula with its operands renumbered: the result first, then the others in order. What the
// producer's own epilogue makes of the result takes its place.
class Renumber : public ExprPool::Replace {
 public:
  Renumber(ExprPool& pool, const Node& element, const Node& producer)
      : pool_(pool), element_(element), result_(producer.outputs[0]) {
    if (producer.domain != fused_domain) return;
    before_ = {pool, producer.formula};
    const auto first = std::get<int64_t>(producer.attributes.at("epilogue"));
    operands.assign(producer.inputs.begin() + first, producer.inputs.end());
  }

  Expr operator()(const tenon_expr& row, Expr a, Expr b, Expr c) override {
    if (row.op != TENON_EXPR_LOAD) return {};
    const ValueId id = element_.inputs[static_cast<size_t>(row.k)];
    if (id == result_ && before_.valid()) return before_;
    return pool_.load(number(id), static_cast<Type>(row.type), a, b, c);
  }

  std::vector<ValueId> operands;  // without the result

 private:
  int64_t number(ValueId id) {
    if (id == result_) return 0;
    const auto found = std::ranges::find(operands, id);
    const int64_t place = found - operands.begin();
    if (found == operands.end()) operands.push_back(id);
    return place + 1;
  }

  ExprPool& pool_;
  const Node& element_;
  ValueId result_;
  Expr before_;
};

class Attaching {
 public:
  Attaching(Graph& graph, const Features& features, const std::set<std::string>& left_alone)
      : graph_(graph),
        features_(features),
        left_alone_(left_alone),
        maker_(graph.values.size(), no_id),
        uses_(count_readers(graph)) {}

  std::set<std::string> run() {
    std::vector<Node>& nodes = graph_.main().nodes;
    for (NodeId i = 0; i < nodes.size(); ++i) {
      if (nodes[i].formula != no_expr && nodes[i].domain != fused_domain) attach(nodes[i]);
      for (const ValueId id : nodes[i].outputs) {
        if (id != no_id) maker_[id] = i;
      }
    }
    std::erase_if(nodes, [](const Node& node) { return node.outputs.empty(); });
    return std::move(names_);
  }

 private:
  // The node whose result this one can be the epilogue of.
  Node* producer_of(const Node& element) {
    for (const ValueId id : element.inputs) {
      if (id == no_id || maker_[id] == no_id || uses_[id] != uses_by(element, id)) continue;
      Node& producer = graph_.main().nodes[maker_[id]];
      if (takes(producer) && reads_straight(element, id)) return &producer;
    }
    return nullptr;
  }

  static size_t uses_by(const Node& node, ValueId id) {
    return static_cast<size_t>(std::ranges::count(node.inputs, id));
  }

  bool takes(const Node& producer) const {
    const bool is_plain = producer.formula == no_expr || producer.domain == fused_domain;
    return is_plain && producer.outputs.size() == 1 && !left_alone_.contains(producer.name) &&
           graph_.value(producer.outputs[0]).dtype == DType::f32 &&
           features_.has(fmt::format("{}.{}", fused_domain, producer.op));
  }

  // Whether the element reads the value only where it stands itself.
  bool reads_straight(const Node& element, ValueId id) const {
    if (!same_dims(graph_.value(id), graph_.value(element.outputs[0]))) return false;
    const Formula formula = cut_out(*graph_.exprs, element.formula);
    return std::ranges::all_of(formula.rows, [&](const tenon_expr& row) {
      const bool reads =
          row.op == TENON_EXPR_LOAD && element.inputs[static_cast<size_t>(row.k)] == id;
      return !reads || (row.a < 0 && row.b < 0);
    });
  }

  void attach(Node& element) {
    Node* const producer = producer_of(element);
    if (producer == nullptr) return;
    const Formula formula = cut_out(*graph_.exprs, element.formula);
    Renumber renumber(*graph_.exprs, element, *producer);
    const Expr epilogue = graph_.exprs->rewrite(formula.rows, formula.root, renumber);
    if (renumber.operands.size() > most_operands) return;
    Node fused = *producer;
    if (producer->domain == fused_domain) {
      fused.inputs.resize(static_cast<size_t>(std::get<int64_t>(fused.attributes["epilogue"])));
    } else if (const Op* op = find_op(producer->domain, producer->op); op != nullptr) {
      // Operands that were left out keep their places.
      fused.inputs.resize(std::max(fused.inputs.size(), op->inputs.size()), no_id);
    }
    fused.domain = fused_domain;
    fused.attributes["epilogue"] = static_cast<int64_t>(fused.inputs.size());
    fused.inputs.insert(fused.inputs.end(), renumber.operands.begin(), renumber.operands.end());
    fused.outputs = element.outputs;
    fused.formula = epilogue.id();
    names_.insert(fused.name);
    producer->outputs.clear();
    element = std::move(fused);
  }

  Graph& graph_;
  const Features& features_;
  const std::set<std::string>& left_alone_;
  std::vector<NodeId> maker_;
  std::vector<size_t> uses_;
  std::set<std::string> names_;
};

}  // namespace

std::set<std::string> attach_epilogues(Graph& graph, const Features& features,
                                       const std::set<std::string>& left_alone) {
  return Attaching(graph, features, left_alone).run();
}

}  // namespace tenon
