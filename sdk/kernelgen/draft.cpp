// SPDX-License-Identifier: Apache-2.0
#include "draft.h"

#include <fmt/format.h>

namespace tenon::kernelgen {

Expr product(ExprPool& pool, std::span<const Expr> factors) {
  Expr total = pool.integer(1);
  for (const Expr& factor : factors) total = total * factor;
  return total;
}

Island::Island(const tenon_graph* graph, const Limits& limits)
    : graph_(graph), limits_(limits), uniform_(graph_.exprs().size(), 0) {
  const std::span<const tenon_expr> rows = graph_.exprs();
  for (size_t i = 0; i < rows.size(); ++i) {
    const tenon_expr& at = rows[i];
    bool uniform =
        at.op != TENON_EXPR_COORD && at.op != TENON_EXPR_LINEAR && at.op != TENON_EXPR_LOAD;
    for (const int32_t operand : {at.a, at.b, at.c}) {
      if (operand >= 0 && uniform_[static_cast<size_t>(operand)] == 0) uniform = false;
    }
    uniform_[i] = uniform ? 1 : 0;
  }
}

Expr Island::dim(tenon_dim dim) {
  return dim >= 0 ? pool_.integer(dim) : pool_.copy(graph_.exprs(), static_cast<ExprId>(~dim));
}

std::vector<Expr> Island::dims(uint32_t value) {
  std::vector<Expr> all;
  for (const tenon_dim extent : graph_.dims(graph_.value(value))) all.push_back(dim(extent));
  return all;
}

Expr Island::elements(uint32_t value) { return product(pool_, dims(value)); }

Status Island::check_value(uint32_t value) const {
  const tenon_value& at = graph_.value(value);
  const DType dtype = graph_.dtype(value);
  if (kir::memory_dtype(dtype) == DType::none) {
    return unsupported("value \"{}\" has type {}, which no kernel computes with",
                       graph_.text(at.name), name_of(dtype));
  }
  if (dtype == DType::f64 && !limits_.has_f64) {
    return unsupported("value \"{}\" has type f64, which the device lacks", graph_.text(at.name));
  }
  if (!graph_.text(at.format).empty()) {
    return unsupported("value \"{}\" is stored in format {}", graph_.text(at.name),
                       graph_.text(at.format));
  }
  return {};
}

Draft::Draft(Island& island, std::string name, std::array<uint32_t, 3> group)
    : island_(island), group_(group), builder_(std::move(name), group) {}

kir::Tensor Draft::operand(uint32_t slot, DType dtype, bool written) {
  arguments_.push_back({.is_operand = true, .operand = slot});
  return kir::tensor(builder_, dtype, written);
}

Value Draft::scalar(Expr expression, Type type) {
  if (const auto found = scalars_.find(expression.id()); found != scalars_.end())
    return found->second;
  arguments_.push_back({.is_operand = false, .number = expression.id()});
  const Value made = builder_.scalar(type);
  scalars_.emplace(expression.id(), made);
  return made;
}

Value Draft::size(Expr expression) {
  return expression.is_constant() ? builder_.integer(expression.constant()) : argument(expression);
}

// Sizes are i64 expressions passed as i32; bind refuses those that do not fit.
Value Draft::argument(Expr expression) {
  if (expression.is_constant() && expression.constant() == 1) return builder_.integer(1);
  return scalar(expression, Type::i32);
}

Result<Value> Draft::number(Expr expression) {
  const Type type = expression.type();
  const Result<int64_t> known = evaluate(island_.pool().rows(), expression.id(), {});
  if (known.ok()) {
    const auto bits = static_cast<uint64_t>(*known);
    if (is_float(type)) return builder_.real(kir::real_of(bits, Type::f64), type);
    return builder_.constant(kir::integer_bits(*known, type), type);
  }
  // An i64 size that is also an argument keeps its own, wider parameter.
  if (type == Type::i64) {
    arguments_.push_back({.is_operand = false, .number = expression.id()});
    return builder_.scalar(type);
  }
  return scalar(expression, type);
}

Generated Draft::finish(Expr threads_x) {
  ExprPool& pool = island_.pool();
  return finish(threads_x, pool.integer(1), pool.integer(1));
}

Generated Draft::finish(Expr threads_x, Expr groups_y, Expr groups_z) {
  ExprPool& pool = island_.pool();
  const Expr groups = ceil_div(threads_x, pool.integer(group_[0]));
  return {.kernel = builder_.finish(),
          .arguments = std::move(arguments_),
          .groups = {groups.id(), groups_y.id(), groups_z.id()}};
}

kir::Tensor Work::read(Draft& draft, size_t i) const {
  return draft.operand(static_cast<uint32_t>(i), input_dtype(i), false);
}
kir::Tensor Work::write(Draft& draft, size_t i) const {
  return draft.operand(node_.n_in + static_cast<uint32_t>(i), output_dtype(i), true);
}

std::vector<Expr> Work::list(std::string_view name) const {
  std::vector<Expr> all;
  const tenon_attr* attr = graph_.attr(node_, name);
  if (attr == nullptr) return all;
  if (attr->kind == TENON_ATTR_DIMS) {
    for (const tenon_dim entry : graph_.dims(*attr)) all.push_back(island_.dim(entry));
  }
  if (attr->kind == TENON_ATTR_INTS) {
    for (const int64_t entry : graph_.numbers(*attr)) all.push_back(island_.pool().integer(entry));
  }
  return all;
}

Result<std::vector<int64_t>> Work::constants(std::string_view name) const {
  std::vector<int64_t> all;
  for (const Expr& entry : list(name)) {
    if (!entry.is_constant()) return refuse(fmt::format("attribute {} depends on a symbol", name));
    all.push_back(entry.constant());
  }
  return all;
}

Status Work::refuse(std::string_view why) const {
  return unsupported("{}: {}", graph_.op(node_), why);
}

Status Work::needs(size_t inputs) const {
  for (size_t i = 0; i < inputs; ++i) {
    if (!has_input(i)) return invalid("{}: input {} is missing", graph_.op(node_), i);
  }
  return has_output(0) ? Status() : invalid("{}: output 0 is missing", graph_.op(node_));
}

}  // namespace tenon::kernelgen
