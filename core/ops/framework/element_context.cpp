// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"

namespace tenon {
namespace {

bool is_constant(Expr expr, int64_t wanted) {
  return expr.is_constant() && expr.constant() == wanted;
}

// Row-major position of an index. An axis of extent 1 has no place but 0.
Expr position_of(const NodeContext& c, const Index& index, const std::vector<Expr>& dims) {
  Expr position = c.number(0);
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (is_constant(dims[axis], 1)) continue;
    Expr at = index[axis];
    if (at.type() != Type::i64) at = c.pool().cast(at, Type::i64);
    position = position * dims[axis] + at;
  }
  return position;
}

}  // namespace

DType ElementContext::output_dtype() const {
  return wants(output_) ? graph_.value(node_.outputs[output_]).dtype : DType::none;
}

int64_t ElementContext::output_rank() const {
  return wants(output_) ? static_cast<int64_t>(graph_.value(node_.outputs[output_]).dims.size())
                        : 0;
}

Expr ElementContext::output_dim(int64_t axis) const {
  if (axis < 0) axis += output_rank();
  if (axis < 0 || axis >= output_rank()) return number(1);
  return graph_.value(node_.outputs[output_]).dims[static_cast<size_t>(axis)];
}

Expr ElementContext::coordinate(int64_t axis) const {
  if (axis < 0) axis += output_rank();
  return is_constant(output_dim(axis), 1) ? number(0) : pool().coordinate(axis);
}

Index ElementContext::output_index() const {
  Index index;
  for (int64_t axis = 0; axis < output_rank(); ++axis) index.push_back(coordinate(axis));
  return index;
}

Expr ElementContext::load(size_t input) const {
  const std::vector<Expr>& sizes = dims(input);
  const auto rank = static_cast<int64_t>(sizes.size());
  // What has the output's dims, but for ones in front, is read where it is written.
  const int64_t ahead = output_rank() - rank;
  bool is_straight = ahead >= 0 && has(input);
  for (int64_t axis = 0; axis < output_rank() && is_straight; ++axis) {
    const Expr size = output_dim(axis);
    is_straight =
        axis < ahead ? is_constant(size, 1) : sizes[static_cast<size_t>(axis - ahead)].same(size);
  }
  if (is_straight) return pool().load(static_cast<int64_t>(input), type_of(dtype(input)));
  Index index;
  for (int64_t axis = 0; axis < rank; ++axis) {
    const int64_t out = axis + output_rank() - rank;
    const Expr size = sizes[static_cast<size_t>(axis)];
    if (out < 0 || is_constant(size, 1)) {
      index.push_back(number(0));
    } else if (size.is_constant() || size.same(output_dim(out))) {
      // A constant other than 1 equals the output's extent, or the dims would not broadcast.
      index.push_back(coordinate(out));
    } else {
      index.push_back(select(size == 1, number(0), coordinate(out)));
    }
  }
  return load(input, index);
}

Expr ElementContext::load(size_t input, const Index& index) const {
  return load(input, index, pool().boolean(true), Expr());
}

Expr ElementContext::load(size_t input, const Index& index, Expr inside, Expr outside) const {
  const Type type = type_of(dtype(input));
  for (const Expr& at : index) {
    if (!at.valid()) return fail(internal_error("an index into input {} is missing", input));
  }
  if (!inside.valid()) return fail(internal_error("input {}: no condition", input));
  if (is_constant(inside, 0)) {
    return outside.valid() ? pool().cast(outside, type) : pool().cast(number(0), type);
  }
  if (is_constant(inside, 1)) inside = outside = Expr();
  if (outside.valid()) outside = pool().cast(outside, type);
  const std::vector<Expr>& sizes = dims(input);
  if (index.size() != sizes.size() || !has(input)) {
    return fail(
        internal_error("{} entries index input {} of rank {}", index.size(), input, sizes.size()));
  }
  Expr position = position_of(*this, index, sizes);
  std::vector<Expr> own;
  for (int64_t axis = 0; axis < output_rank(); ++axis) own.push_back(output_dim(axis));
  const bool straight = position.same(position_of(*this, output_index(), own));
  return pool().load(static_cast<int64_t>(input), type, straight ? Expr() : position, inside,
                     outside);
}

Expr ElementContext::load_linear(size_t input, Expr position) const {
  if (!has(input)) {
    return fail(internal_error("input {} is omitted", input));
  }
  if (position.valid() && position.op() == TENON_EXPR_LINEAR) position = Expr();
  return pool().load(static_cast<int64_t>(input), type_of(dtype(input)), position);
}

Expr ElementContext::fail(Status status) const {
  if (status_.ok()) status_ = std::move(status);
  return {};
}

}  // namespace tenon
