// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sizes.h"

#include <algorithm>
#include <unordered_map>

namespace tenon::ops {
namespace {

// Positions beyond this are ONNX's way to say "the end".
constexpr int64_t far = int64_t{1} << 31;

bool from_data(const Graph& graph, int64_t symbol) {
  return symbol < 0 || symbol >= static_cast<int64_t>(graph.symbols.size()) ||
         graph.symbols[static_cast<size_t>(symbol)].origin == SymbolOrigin::data;
}

// A size of an input or a number of things that a kernel found.
bool is_extent(const Graph& graph, int64_t symbol) {
  return !from_data(graph, symbol) ||
         (symbol >= 0 && symbol < static_cast<int64_t>(graph.symbols.size()) &&
          graph.symbols[static_cast<size_t>(symbol)].count);
}

using Known = std::unordered_map<ExprId, bool>;

bool reads_data(const Graph& graph, ExprId id, Known& known) {
  if (id < 0) return false;
  const auto [place, fresh] = known.emplace(id, false);
  if (!fresh) return place->second;
  const tenon_expr row = graph.exprs->row(id);
  const bool reads = row.op == TENON_EXPR_LOAD ||
                     (row.op == TENON_EXPR_SYMBOL && from_data(graph, row.k)) ||
                     reads_data(graph, row.a, known) || reads_data(graph, row.b, known) ||
                     reads_data(graph, row.c, known);
  known[id] = reads;
  return reads;
}

bool never_negative(const Graph& graph, ExprId id, Known& known) {
  const auto [place, fresh] = known.emplace(id, false);
  if (!fresh) return place->second;
  const tenon_expr row = graph.exprs->row(id);
  const auto both = [&](int32_t a, int32_t b) {
    return never_negative(graph, a, known) && never_negative(graph, b, known);
  };
  bool result = false;
  switch (row.op) {
    case TENON_EXPR_CONST:
      result = !is_float(static_cast<Type>(row.type)) && row.k >= 0;
      break;
    case TENON_EXPR_SYMBOL:
      result = is_extent(graph, row.k);
      break;
    case TENON_EXPR_ADD:
    case TENON_EXPR_MUL:
    case TENON_EXPR_DIV:
    case TENON_EXPR_REM:
    case TENON_EXPR_MOD:
    case TENON_EXPR_FLOORDIV:
    case TENON_EXPR_MIN:
      result = both(row.a, row.b);
      break;
    case TENON_EXPR_MAX:
      result = never_negative(graph, row.a, known) || never_negative(graph, row.b, known);
      break;
    case TENON_EXPR_SELECT:
      result = both(row.b, row.c);
      break;
    default:
      break;
  }
  known[id] = result;
  return result;
}

}  // namespace

bool reads_data(const Graph& graph, Expr size) {
  Known known;
  return reads_data(graph, size.id(), known);
}

bool never_negative(const Graph& graph, Expr size) {
  Known known;
  return size.valid() && never_negative(graph, size.id(), known);
}

Expr clamp_position(const Graph& graph, Expr position, Expr extent, int64_t low, int64_t high) {
  ExprPool& pool = extent.pool();
  if (position.is_constant()) {
    const int64_t value = position.constant();
    if (value >= far) return extent + high;
    if (value <= -far) return pool.integer(low);
    if (value == 0 && high == 0) return position;
    if (value >= 0) return minimum(position, extent + high);
    return maximum(extent + value, pool.integer(low));
  }
  if (position.same(extent)) return extent + high;
  if (never_negative(graph, position)) return minimum(position, extent + high);
  const Expr wrapped = select(position < 0, position + extent, position);
  return minimum(maximum(wrapped, pool.integer(low)), extent + high);
}

Expr broadcast_extent(Expr a, Expr b) {
  if (a.same(b)) return a;
  if (a.is_constant()) return a.constant() == 1 ? b : a;
  if (b.is_constant()) return b.constant() == 1 ? a : b;
  return select(a == 1, b, a);
}

Expr product(const NodeContext& c, const std::vector<Expr>& sizes) {
  Expr result = c.number(1);
  for (const Expr size : sizes) result = result * size;
  return result;
}

Attribute as_attribute(const std::vector<Expr>& sizes) {
  std::vector<int64_t> constants;
  for (const Expr size : sizes) {
    if (!size.is_constant()) return sizes;
    constants.push_back(size.constant());
  }
  return constants;
}

Result<std::vector<Expr>> per_axis(const NodeContext& c, std::string_view name, size_t count,
                                   int64_t otherwise, int64_t least) {
  std::vector<Expr> sizes = c.sizes(name);
  if (sizes.empty()) return std::vector<Expr>(count, c.number(otherwise));
  if (sizes.size() != count) {
    return invalid("attribute {} has {} entries, expected {}", name, sizes.size(), count);
  }
  for (const Expr size : sizes) {
    if (size.is_constant() && (size.constant() < least || size.constant() > far)) {
      return invalid("attribute {} holds {}, expected at least {}", name, size.constant(), least);
    }
  }
  return sizes;
}

Result<int64_t> resolve_axis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank) {
    return invalid("axis {} is outside of a tensor of rank {}", axis, rank);
  }
  return axis < 0 ? axis + rank : axis;
}

Result<std::vector<int64_t>> sorted_axes(std::vector<int64_t> axes, int64_t rank) {
  for (int64_t& axis : axes) {
    TENON_TRY_ASSIGN(axis, resolve_axis(axis, rank));
  }
  std::ranges::sort(axes);
  if (std::ranges::adjacent_find(axes) != axes.end()) return invalid("an axis is given twice");
  return axes;
}

}  // namespace tenon::ops
