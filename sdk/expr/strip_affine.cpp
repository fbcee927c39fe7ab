// SPDX-License-Identifier: Apache-2.0
#include "strip_affine.h"

namespace tenon::strip {
namespace {

void add_part(Affine& affine, int64_t axis, Expr factor) {
  for (Affine::Part& part : affine.parts) {
    if (part.axis != axis) continue;
    part.factor = part.factor + factor;
    return;
  }
  affine.parts.push_back({axis, factor});
}

Affine sum(Affine a, const Affine& b, int64_t sign) {
  a.base = a.base + b.base * sign;
  for (const Affine::Part& part : b.parts) add_part(a, part.axis, part.factor * sign);
  return a;
}

Affine scaled(Affine a, Expr factor) {
  a.base = a.base * factor;
  for (Affine::Part& part : a.parts) part.factor = part.factor * factor;
  return a;
}

using Form = std::optional<Affine>;

Form form_of(ExprPool& pool, const tenon_expr& row, const Form* a, const Form* b) {
  const Expr zero = pool.integer(0), one = pool.integer(1);
  if (row.op == TENON_EXPR_COORD) return Affine{zero, {{row.k, one}}};
  if (row.op == TENON_EXPR_LINEAR) return Affine{zero, {{-1, one}}};
  const bool known_a = a != nullptr && *a, known_b = b != nullptr && *b;
  const bool uniform_a = known_a && (*a)->parts.empty(), uniform_b = known_b && (*b)->parts.empty();
  if (row.op == TENON_EXPR_NEG && known_a) return scaled(**a, pool.integer(-1));
  if (row.op == TENON_EXPR_ADD && known_a && known_b) return sum(**a, **b, 1);
  if (row.op == TENON_EXPR_SUB && known_a && known_b) return sum(**a, **b, -1);
  if (row.op == TENON_EXPR_MUL && known_a && uniform_b) return scaled(**a, (*b)->base);
  if (row.op == TENON_EXPR_MUL && known_b && uniform_a) return scaled(**b, (*a)->base);
  return {};
}

}  // namespace

std::vector<Form> affine_forms(ExprPool& pool, std::span<const ExprId> ids,
                               const std::vector<bool>& uniform) {
  std::vector<Form> forms(ids.size());
  const auto place = [&](ExprId id) {
    return static_cast<size_t>(std::ranges::lower_bound(ids, id) - ids.begin());
  };
  for (size_t i = 0; i < ids.size(); ++i) {
    const tenon_expr row = pool.row(ids[i]);
    if (row.type != TENON_TYPE_I64) continue;
    if (uniform[i]) {
      forms[i] = Affine{{pool, ids[i]}, {}};
      continue;
    }
    const auto form = [&](ExprId id) { return id < 0 ? nullptr : &forms[place(id)]; };
    forms[i] = form_of(pool, row, form(row.a), form(row.b));
  }
  return forms;
}

Walker::Walker(int64_t base, std::span<const int64_t> axes, std::span<const int64_t> factors,
               std::span<const int64_t> dims, int64_t begin, std::pmr::memory_resource& memory)
    : axes_(&memory), value_(static_cast<uint64_t>(base)) {
  axes_.reserve(dims.size() + 1);
  std::pmr::vector<uint64_t> strides(dims.size(), &memory);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t axis = axes[i];
    auto factor = static_cast<uint64_t>(factors[i]);
    if (axis >= 0) {
      // An axis that the output lacks has the coordinate 0.
      if (static_cast<size_t>(axis) < dims.size()) strides[static_cast<size_t>(axis)] += factor;
      continue;
    }
    for (size_t d = dims.size(); d-- > 0; factor *= static_cast<uint64_t>(dims[d])) {
      strides[d] += factor;
    }
  }
  // Neighbours that can be walked as one axis become one.
  for (size_t d = 0; d < dims.size(); ++d) {
    if (dims[d] == 1) continue;
    const auto stride = static_cast<int64_t>(strides[d]);
    const uint64_t span = strides[d] * static_cast<uint64_t>(dims[d]);
    if (!axes_.empty() && static_cast<uint64_t>(axes_.back().stride) == span) {
      axes_.back().extent *= dims[d];
      axes_.back().stride = stride;
    } else {
      axes_.push_back({dims[d], stride, 0});
    }
  }
  if (axes_.empty()) axes_.push_back({});
  for (size_t d = axes_.size(); d-- > 0;) {
    Axis& axis = axes_[d];
    if (axis.extent <= 0) axis.extent = 1;
    axis.position = begin % axis.extent;
    begin /= axis.extent;
    value_ += static_cast<uint64_t>(axis.stride) * static_cast<uint64_t>(axis.position);
  }
}

void Walker::carry() {
  for (size_t d = axes_.size(); d-- > 0;) {
    Axis& axis = axes_[d];
    if (axis.position < axis.extent) return;
    axis.position = 0;
    value_ -= static_cast<uint64_t>(axis.stride) * static_cast<uint64_t>(axis.extent);
    if (d == 0) return;
    ++axes_[d - 1].position;
    value_ += static_cast<uint64_t>(axes_[d - 1].stride);
  }
}

}  // namespace tenon::strip
