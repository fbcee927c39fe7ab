// SPDX-License-Identifier: Apache-2.0
#include "simplify.h"
#include "tenon/expr.h"
#include "tenon/expr_ops.h"

#include <algorithm>
#include <bit>

namespace tenon {
namespace {

bool is_logical(uint16_t op) {
  return op == TENON_EXPR_AND || op == TENON_EXPR_OR || op == TENON_EXPR_XOR;
}

// Whether a constant of an integer type may take another integer type without losing its value
// (as signed or as unsigned bits).
bool fits(int64_t value, Type type) {
  if (type == Type::boolean) return value == 0 || value == 1;
  if (bits_of(type) == 64) return true;
  return value >= INT32_MIN && value <= int64_t{UINT32_MAX};
}

// A constant takes the type of the other side; otherwise the wider type of the two.
Type common_type(const Expr& a, const Expr& b) {
  const auto takes = [](const Expr& constant, const Expr& other) {
    if (constant.op() != TENON_EXPR_CONST || other.op() == TENON_EXPR_CONST) return false;
    if (is_float(other.type())) return true;
    return constant.is_constant() && fits(constant.constant(), other.type());
  };
  if (takes(a, b)) return b.type();
  if (takes(b, a)) return a.type();
  return std::max(a.type(), b.type());
}

}  // namespace

Type Expr::type() const { return static_cast<Type>(pool_->row(id_).type); }
uint16_t Expr::op() const { return pool_->row(id_).op; }
bool Expr::is_constant() const { return valid() && op() == TENON_EXPR_CONST && !is_float(type()); }
int64_t Expr::constant() const { return pool_->row(id_).k; }
double Expr::float_constant() const {
  const int64_t k = pool_->row(id_).k;
  if (type() == Type::u64) return static_cast<double>(static_cast<uint64_t>(k));
  return is_float(type()) ? std::bit_cast<double>(k) : static_cast<double>(k);
}

size_t ExprPool::Hash::operator()(const tenon_expr& row) const {
  uint64_t hash = (uint64_t{row.op} << 16 | row.type) * 0x9e3779b97f4a7c15u;
  for (const auto word : {static_cast<uint64_t>(row.a), static_cast<uint64_t>(row.b),
                          static_cast<uint64_t>(row.c), static_cast<uint64_t>(row.k)}) {
    hash = (std::rotl(hash, 23) ^ word) * 0xff51afd7ed558ccdu;
  }
  return hash ^ hash >> 32;
}

bool ExprPool::Equal::operator()(const tenon_expr& a, const tenon_expr& b) const {
  return a.op == b.op && a.type == b.type && a.a == b.a && a.b == b.b && a.c == b.c && a.k == b.k;
}

ExprPool::ExprPool(std::span<const tenon_expr> rows) {
  rows_.reserve(rows.size());
  for (const tenon_expr& row : rows) {
    // A row that repeats an earlier one keeps its number; only the first is found again.
    const size_t before = rows_.size();
    if (intern(row) != static_cast<ExprId>(before)) {
      rows_.push_back(row);
      reads_.push_back(reads_[static_cast<size_t>(ids_[row])]);
    }
  }
}

ExprId ExprPool::intern(const tenon_expr& row) {
  const auto [place, fresh] = ids_.try_emplace(row, static_cast<ExprId>(rows_.size()));
  if (!fresh) return place->second;
  bool reads = row.op == TENON_EXPR_LOAD;
  for (const int32_t operand : {row.a, row.b, row.c}) {
    reads = reads || (operand >= 0 && reads_[static_cast<size_t>(operand)]);
  }
  rows_.push_back(row);
  reads_.push_back(reads);
  return place->second;
}

ExprId ExprPool::make(tenon_expr row) { return Simplifier(*this).make(row); }

Expr ExprPool::integer(int64_t value, Type type) {
  if (is_float(type)) return real(static_cast<double>(value), type);
  const auto t = static_cast<uint16_t>(type);
  return {*this, make({TENON_EXPR_CONST, t, -1, -1, -1, value})};
}

Expr ExprPool::real(double value, Type type) {
  const auto t = static_cast<uint16_t>(type);
  return {*this, make({TENON_EXPR_CONST, t, -1, -1, -1, std::bit_cast<int64_t>(value)})};
}

Expr ExprPool::boolean(bool value) { return integer(value ? 1 : 0, Type::boolean); }

Expr ExprPool::symbol(int64_t index, Type type) {
  return {*this, make({TENON_EXPR_SYMBOL, static_cast<uint16_t>(type), -1, -1, -1, index})};
}

Expr ExprPool::coordinate(int64_t axis) {
  return {*this, make({TENON_EXPR_COORD, TENON_TYPE_I64, -1, -1, -1, axis})};
}

Expr ExprPool::linear() {
  return {*this, make({TENON_EXPR_LINEAR, TENON_TYPE_I64, -1, -1, -1, 0})};
}

Expr ExprPool::load(int64_t operand, Type type, Expr index, Expr inside, Expr outside) {
  tenon_expr row{TENON_EXPR_LOAD, static_cast<uint16_t>(type), -1, -1, -1, operand};
  if (index.valid()) row.a = cast(index, Type::i64).id();
  if (inside.valid()) row.b = cast(inside, Type::boolean).id();
  if (inside.valid() && outside.valid()) row.c = cast(outside, type).id();
  return {*this, make(row)};
}

Expr ExprPool::unary(uint16_t op, Expr a) {
  if (!a.valid()) return {};
  const ExprOp& facts = expr_op(op);
  auto type = a.type();
  if (facts.kind == ExprClass::test) {
    if (!is_float(type)) return boolean(false);
    type = Type::boolean;
  } else if (facts.kind == ExprClass::floating && !is_float(type)) {
    // Whole numbers are their own floor; other functions of them are floats.
    if (op >= TENON_EXPR_FLOOR && op <= TENON_EXPR_TRUNC) return a;
    a = cast(a, Type::f32);
    type = Type::f32;
  } else if (facts.kind == ExprClass::arithmetic && type == Type::boolean) {
    a = cast(a, Type::i32);
    type = Type::i32;
  } else if (facts.kind == ExprClass::bitwise && is_float(type)) {
    a = cast(a, Type::boolean);
    type = Type::boolean;
  }
  return {*this, make({op, static_cast<uint16_t>(type), a.id(), -1, -1, 0})};
}

Expr ExprPool::binary(uint16_t op, Expr a, Expr b) {
  if (!a.valid() || !b.valid()) return {};
  const ExprOp& facts = expr_op(op);
  Type type = common_type(a, b);
  if (facts.kind == ExprClass::bitwise && is_float(type)) type = Type::boolean;
  const bool chooses = op == TENON_EXPR_MIN || op == TENON_EXPR_MAX;
  if (type == Type::boolean && !chooses && !is_logical(op) && facts.kind != ExprClass::comparison) {
    type = Type::i32;
  }
  const Type result = facts.kind == ExprClass::comparison ? Type::boolean : type;
  a = cast(a, type);
  b = cast(b, type);
  return {*this, make({op, static_cast<uint16_t>(result), a.id(), b.id(), -1, 0})};
}

Expr ExprPool::select(Expr condition, Expr yes, Expr no) {
  if (!condition.valid() || !yes.valid() || !no.valid()) return {};
  const Type type = common_type(yes, no);
  condition = cast(condition, Type::boolean);
  yes = cast(yes, type);
  no = cast(no, type);
  return {*this, make({TENON_EXPR_SELECT, static_cast<uint16_t>(type), condition.id(), yes.id(),
                       no.id(), 0})};
}

Expr ExprPool::cast(Expr a, Type type) {
  if (!a.valid() || a.type() == type) return a;
  return {*this, make({TENON_EXPR_CAST, static_cast<uint16_t>(type), a.id(), -1, -1, 0})};
}

Expr ExprPool::bitcast(Expr a, Type type) {
  if (!a.valid() || a.type() == type || bits_of(a.type()) != bits_of(type)) return a;
  return {*this, make({TENON_EXPR_BITCAST, static_cast<uint16_t>(type), a.id(), -1, -1, 0})};
}

Expr ExprPool::rewrite(std::span<const tenon_expr> from, ExprId root, Replace& replace) {
  const std::vector<ExprId> ids = needed_rows(from, root);
  std::vector<ExprId> copies(ids.size(), no_expr);
  const auto copied = [&](ExprId id) {
    if (id < 0) return no_expr;
    return copies[static_cast<size_t>(std::ranges::lower_bound(ids, id) - ids.begin())];
  };
  const auto handle = [&](ExprId id) { return id < 0 ? Expr() : Expr(*this, id); };
  // `from` may be this pool's own rows, which move when it grows.
  const bool own = from.data() == rows_.data();
  for (size_t i = 0; i < ids.size(); ++i) {
    tenon_expr row = own ? this->row(ids[i]) : from[static_cast<size_t>(ids[i])];
    row.a = copied(row.a);
    row.b = copied(row.b);
    row.c = copied(row.c);
    const Expr other = replace(row, handle(row.a), handle(row.b), handle(row.c));
    copies[i] = other.valid() ? other.id() : make(row);
  }
  return copies.empty() ? Expr() : Expr(*this, copies.back());
}

Expr ExprPool::copy(std::span<const tenon_expr> from, ExprId root) {
  struct Keep final : Replace {
    Expr operator()(const tenon_expr& /*row*/, Expr /*a*/, Expr /*b*/, Expr /*c*/) override {
      return {};
    }
  };
  Keep keep;
  return rewrite(from, root, keep);
}

}  // namespace tenon
