// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"

#include <algorithm>

namespace tenon {
namespace {

std::string text_of(const Graph& graph, Expr expr) {
  return to_text(graph.exprs->rows(), expr.id());
}

std::string text_of(const Graph& graph, const std::vector<Expr>& dims) {
  std::string text = "[";
  for (const Expr& dim : dims) text += (text.size() == 1 ? "" : ", ") + text_of(graph, dim);
  return text + "]";
}

}  // namespace

void InferContext::output(size_t output, DType dtype, std::vector<Expr> dims) {
  if (!wants(output)) return;
  Value& value = graph_.value(node_.outputs[output]);
  value.dtype = dtype;
  value.ranked = true;
  for (Expr& dim : dims) {
    if (dim.type() != Type::i64) dim = pool().cast(dim, Type::i64);
  }
  value.dims = std::move(dims);
}

void InferContext::output_of_rank(size_t output, DType dtype, size_t rank) {
  if (!wants(output)) return;
  Value& value = graph_.value(node_.outputs[output]);
  value.dtype = dtype;
  value.ranked = true;
  value.dims.clear();
  for (size_t axis = 0; axis < rank; ++axis) value.dims.push_back(open_extent(output, axis));
}

void InferContext::output_of_any_rank(size_t output, DType dtype) {
  if (wants(output)) graph_.value(node_.outputs[output]).dtype = dtype;
}

void InferContext::output_within(size_t output, std::vector<Wrap> wraps, DType dtype,
                                 std::optional<size_t> rank) {
  if (!wants(output)) return;
  Value& value = graph_.value(node_.outputs[output]);
  value.wraps = std::move(wraps);
  value.dtype = dtype;
  value.ranked = rank.has_value();
  value.dims.assign(rank.value_or(0), number(0));
}

Expr InferContext::open_extent(size_t output, size_t axis) {
  const ValueId id = node_.outputs[output];
  return graph_.add_symbol({.name = fmt::format("{}.{}", graph_.value(id).name, axis),
                            .origin = SymbolOrigin::extent,
                            .value = id,
                            .element = static_cast<int64_t>(axis)});
}

void InferContext::set(std::string_view attribute, Attribute value) {
  editable_.attributes.insert_or_assign(std::string(attribute), std::move(value));
}

Expr InferContext::found_size(size_t output) {
  if (editable_.outputs.size() <= output) editable_.outputs.resize(output + 1, no_id);
  ValueId& id = editable_.outputs[output];
  if (id == no_id) {
    Value value;
    value.name = fmt::format("{}.count", node_.name);
    id = graph_.add_value(std::move(value));
  }
  this->output(output, DType::i64, {number(1)});
  Value& value = graph_.value(id);
  if (!value.known) {
    value.known = {graph_.add_symbol(
        {.name = value.name, .origin = SymbolOrigin::data, .value = id, .count = true})};
  }
  return value.known->front();
}

Status InferContext::require_equal(Expr a, Expr b, std::string_view what) {
  if (a.same(b)) return {};
  const Expr difference = a - b;
  if (difference.is_constant() && difference.constant() != 0) {
    return invalid("{}: {} and {} differ", what, text_of(graph_, a), text_of(graph_, b));
  }
  return require(a == b, what);
}

Status InferContext::require(Expr condition, std::string_view what) {
  if (condition.is_constant()) {
    return condition.constant() != 0 ? Status() : invalid("{}: does not hold", what);
  }
  const bool stated = std::ranges::any_of(
      graph_.checks, [&](const Check& check) { return check.condition.same(condition); });
  if (!stated) {
    graph_.checks.push_back(
        {condition, fmt::format("node \"{}\" ({}): {}", node_.name, node_.op, what)});
  }
  return {};
}

Result<std::vector<Expr>> InferContext::broadcast(const std::vector<Expr>& a,
                                                  const std::vector<Expr>& b) {
  const auto is = [](Expr size, int64_t wanted) {
    return size.is_constant() && size.constant() == wanted;
  };
  const std::vector<Expr>& longer = a.size() >= b.size() ? a : b;
  const std::vector<Expr>& shorter = a.size() >= b.size() ? b : a;
  std::vector<Expr> dims = longer;
  const size_t offset = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    const Expr x = longer[offset + i], y = shorter[i];
    Expr& size = dims[offset + i];
    if (x.same(y) || is(y, 1)) continue;
    if (is(x, 1)) {
      size = y;
    } else if (x.is_constant() && y.is_constant()) {
      return invalid("dims {} and {} do not broadcast", text_of(graph_, a), text_of(graph_, b));
    } else if (x.is_constant() || y.is_constant()) {
      // A constant that is not 1 is the result; the other side must be 1 or the same.
      const Expr fixed = x.is_constant() ? x : y, open = x.is_constant() ? y : x;
      TENON_TRY(require(open == fixed || open == 1, "broadcast dims"));
      size = fixed;
    } else {
      TENON_TRY(require(x == y || x == 1 || y == 1, "broadcast dims"));
      size = select(x == 1, y, x);
    }
  }
  return dims;
}

}  // namespace tenon
