// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/known.h"

#include "core/ops/framework/element.h"
#include "core/ops/framework/expand_node.h"
#include "core/ops/framework/rows.h"
#include "core/ops/framework/wide.h"
#include "core/ops/op.h"
#include "tenon/strip_vm.h"

#include <algorithm>

namespace tenon {
namespace {

Type known_type(DType dtype) { return is_float(dtype) ? type_of(dtype) : Type::i64; }

// An element of a value of the type, as it is recorded.
Expr recorded(Expr element, DType dtype) {
  ExprPool& pool = element.pool();
  if (is_float(dtype)) return pool.cast(element, type_of(dtype));
  return pool.cast(without_narrowing(element), Type::i64);
}

// Types whose elements expressions hold exactly; others would have to be rounded or wrapped.
bool is_followed(DType dtype) {
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

// The number of elements when it is constant and at most `most`, else -1.
int64_t few_elements(const Value& value, int64_t most) {
  if (!value.ranked) return -1;
  int64_t product = 1;
  for (const Expr& dim : value.dims) {
    if (!dim.is_constant() || dim.constant() < 0) return -1;
    if (dim.constant() != 0 && product > most / dim.constant()) return -1;
    product *= dim.constant();
  }
  return product;
}

// Puts one place of the output and known elements of the inputs into a formula.
class Place : public ExprPool::Replace {
 public:
  Place(Graph& graph, const Node& node, const std::vector<Expr>& dims, int64_t linear)
      : graph_(graph), node_(node), linear_(linear), index_(dims.size()) {
    for (size_t axis = dims.size(); axis-- > 0;) {
      index_[axis] = linear % dims[axis].constant();
      linear /= dims[axis].constant();
    }
  }

  Expr operator()(const tenon_expr& row, Expr a, Expr b, Expr c) override {
    switch (row.op) {
      case TENON_EXPR_COORD:
        return graph_.exprs->integer(index_[static_cast<size_t>(row.k)]);
      case TENON_EXPR_LINEAR:
        return graph_.exprs->integer(linear_);
      case TENON_EXPR_LOAD:
        return load(row, a, b, c);
      default:
        return {};
    }
  }

  bool complete() const { return complete_; }

 private:
  Expr load(const tenon_expr& row, Expr index, Expr inside, Expr outside) {
    ExprPool& pool = *graph_.exprs;
    const auto type = static_cast<Type>(row.type);
    if (!outside.valid()) outside = pool.cast(pool.integer(0), type);
    if (inside.valid() && inside.is_constant() && inside.constant() == 0) return outside;
    const auto operand = static_cast<size_t>(row.k);
    const std::vector<Expr>* known = known_elements(graph_, node_.inputs[operand]);
    if (known == nullptr || (index.valid() && !index.is_constant())) {
      complete_ = false;
      return outside;
    }
    const int64_t at = index.valid() ? index.constant() : linear_;
    if (at < 0 || at >= static_cast<int64_t>(known->size())) return outside;
    const Expr element = pool.cast((*known)[static_cast<size_t>(at)], type);
    return inside.valid() ? pool.select(inside, element, outside) : element;
  }

  Graph& graph_;
  const Node& node_;
  int64_t linear_;
  std::vector<int64_t> index_;
  bool complete_ = true;
};

bool loads_known(Graph& graph, const Node& node, const Formula& formula) {
  return std::ranges::all_of(formula.rows, [&](const tenon_expr& row) {
    return row.op != TENON_EXPR_LOAD ||
           known_elements(graph, node.inputs[static_cast<size_t>(row.k)]) != nullptr;
  });
}

// Whether the output is a float made of floats that nobody knows: to follow it would be in vain.
bool depends_on_unknown(const Graph& graph, const Node& node, const Value& output) {
  return is_float(output.dtype) && std::ranges::any_of(node.inputs, [&](ValueId id) {
           if (id == no_id) return false;
           const Value& input = graph.value(id);
           const bool may_be_known =
               input.known || (input.constant && input.constant->elements() <= most_known);
           return is_float(input.dtype) && !may_be_known;
         });
}

void follow_element(Graph& graph, const Node& node, size_t output) {
  Value& value = graph.value(node.outputs[output]);
  const int64_t count = few_elements(value, most_known);
  if (value.known || count < 0 || !is_followed(value.dtype)) return;
  if (depends_on_unknown(graph, node, value)) return;
  const Result<Expr> element = element_of(graph, node, output);
  if (!element.ok()) return;
  const Formula formula = cut_out(*graph.exprs, element->id());
  if (!loads_known(graph, node, formula)) return;
  std::vector<Expr> known;
  for (int64_t i = 0; i < count; ++i) {
    Place place(graph, node, value.dims, i);
    const Expr at = graph.exprs->rewrite(formula.rows, formula.root, place);
    if (!place.complete()) return;
    known.push_back(recorded(at, value.dtype));
  }
  value.known = std::move(known);
}

bool inputs_known(Graph& graph, const Node& node) {
  return std::ranges::all_of(
      node.inputs, [&](ValueId id) { return id == no_id || known_elements(graph, id) != nullptr; });
}

bool outputs_few(const Graph& graph, const Node& node) {
  return std::ranges::all_of(node.outputs, [&](ValueId id) {
    return id == no_id ||
           (is_followed(graph.value(id).dtype) && few_elements(graph.value(id), most_known) >= 0);
  });
}

// Composites: through the nodes they stand for.
void follow_expansion(Graph& graph, const Node& node) {
  if (!inputs_known(graph, node) || !outputs_few(graph, node)) return;
  const Result<Expansion> expansion = expand_node(graph, node);
  if (!expansion.ok()) return;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == no_id) continue;
    if (const std::vector<Expr>* known = known_elements(graph, expansion->results[i])) {
      graph.value(node.outputs[i]).known = *known;
    }
  }
}

// One of mode's steps, in the element's own type.
Expr combine(std::string_view mode, Expr a, Expr b) {
  if (mode == "sum") return a + b;
  if (mode == "prod") return a * b;
  if (mode == "max") return maximum(a, b);
  return minimum(a, b);
}

// Reductions of a whole value: counts of elements are made of them.
void follow_reduce(Graph& graph, const Node& node) {
  const NodeContext c(graph, node);
  const std::string mode = c.text("mode", "");
  const bool is_chain = mode == "sum" || mode == "prod" || mode == "max" || mode == "min";
  if (!is_chain || !inputs_known(graph, node) || !outputs_few(graph, node)) return;
  const std::vector<Expr>* known = known_elements(graph, node.inputs[0]);
  Value& value = graph.value(node.outputs[0]);
  if (known->empty() || few_elements(value, most_known) != 1) return;
  const Type type = type_of(value.dtype);
  Expr total = graph.exprs->cast(known->front(), type);
  for (size_t i = 1; i < known->size(); ++i) {
    total = combine(mode, total, graph.exprs->cast((*known)[i], type));
  }
  value.known = {recorded(total, value.dtype)};
}

}  // namespace

const std::vector<Expr>* known_elements(Graph& graph, ValueId id) {
  Value& value = graph.value(id);
  if (!value.known && value.constant && value.constant->elements() <= most_known &&
      (is_integer(value.dtype) || is_float(value.dtype) || value.dtype == DType::boolean)) {
    value.known = constant_elements(graph, *value.constant);
  }
  return value.known ? &*value.known : nullptr;
}

std::vector<Expr> constant_elements(Graph& graph, const Constant& constant) {
  std::vector<Expr> elements;
  const void* data = constant.bytes.data();
  for (int64_t i = 0; i < constant.elements(); ++i) {
    elements.push_back(
        is_float(constant.dtype)
            ? graph.exprs->real(load_float(data, constant.dtype, i), known_type(constant.dtype))
            : graph.exprs->integer(load_integer(data, constant.dtype, i)));
  }
  return elements;
}

std::vector<Expr> data_elements(Graph& graph, ValueId id) {
  Value& value = graph.value(id);
  if (value.known) return *value.known;
  std::vector<Expr> elements;
  const int64_t count = few_elements(value, int64_t{1} << 30);
  for (int64_t i = 0; i < count; ++i) {
    elements.push_back(graph.add_symbol({.name = fmt::format("{}[{}]", value.name, i),
                                         .origin = SymbolOrigin::data,
                                         .value = id,
                                         .element = i,
                                         .type = known_type(value.dtype)}));
  }
  value.known = elements;
  return elements;
}

void follow_known(Graph& graph, const Node& node) {
  if (has_element(node)) {
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] != no_id) follow_element(graph, node, i);
    }
    return;
  }
  const Op* op = find_op(node.domain, node.op);
  if (op == nullptr) return;
  if (op->expand != nullptr) follow_expansion(graph, node);
  if (op->primitive && op->name == "Reduce") follow_reduce(graph, node);
}

}  // namespace tenon
