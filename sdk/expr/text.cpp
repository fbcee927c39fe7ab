// SPDX-License-Identifier: Apache-2.0
#include "syntax.h"
#include "tenon/expr.h"
#include "tenon/expr_ops.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tenon {
namespace {

// Larger texts name what is used twice; deeper ones name a part now and then, so that any parser
// can follow.
constexpr uint64_t plain_size = 64;
constexpr int most_depth = 40;

std::string text_of_real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string text_of_constant(const tenon_expr& row) {
  const auto type = static_cast<Type>(row.type);
  if (is_float(type)) return text_of_real(std::bit_cast<double>(row.k));
  if (type == Type::boolean) return row.k != 0 ? "true" : "false";
  if (type == Type::u64) return fmt::format("{}", static_cast<uint64_t>(row.k));
  return fmt::format("{}", row.k);
}

// A constant that no other operand gives its type.
std::string text_alone(const tenon_expr& row) {
  const auto type = static_cast<Type>(row.type);
  const bool plain = type == Type::i64 || type == Type::f32 || type == Type::boolean;
  const std::string text = text_of_constant(row);
  return plain ? text : fmt::format("{}({})", name_of(type), text);
}

// Text and how tightly it binds.
struct Piece {
  std::string text;
  int level = 0;
};
constexpr int choice_level = 0;
constexpr int closed_level = syntax::unary_level + 1;

class Printer {
 public:
  explicit Printer(std::span<const tenon_expr> rows) : rows_(rows) {}

  std::string print(ExprId root) {
    if (root < 0) return "none";
    ids_ = needed_rows(rows_, root);
    pieces_.resize(ids_.size());
    const std::vector<bool> named = choose_names();
    std::string definitions;
    size_t count = 0;
    for (size_t i = 0; i < ids_.size(); ++i) {
      pieces_[i] = piece(row(ids_[i]));
      if (!named[i] || i + 1 == ids_.size()) continue;
      const std::string name = fmt::format("t{}", count++);
      definitions += fmt::format("{} = {}; ", name, pieces_[i].text);
      pieces_[i] = {name, closed_level};
    }
    const tenon_expr& last = row(root);
    return definitions + (last.op == TENON_EXPR_CONST ? text_alone(last) : pieces_.back().text);
  }

 private:
  const tenon_expr& row(ExprId id) const { return rows_[static_cast<size_t>(id)]; }
  size_t place(ExprId id) const {
    return static_cast<size_t>(std::ranges::lower_bound(ids_, id) - ids_.begin());
  }

  std::vector<bool> choose_names() const {
    std::vector<uint32_t> uses(ids_.size());
    std::vector<uint64_t> sizes(ids_.size());
    for (size_t i = 0; i < ids_.size(); ++i) {
      const tenon_expr& r = row(ids_[i]);
      sizes[i] = 1;
      for (const ExprId operand : {r.a, r.b, r.c}) {
        if (operand < 0) continue;
        ++uses[place(operand)];
        sizes[i] = std::min(sizes[i] + sizes[place(operand)], uint64_t{1} << 32);
      }
    }
    std::vector<bool> named(ids_.size());
    std::vector<int> depths(ids_.size());
    for (size_t i = 0; i < ids_.size(); ++i) {
      const tenon_expr& r = row(ids_[i]);
      for (const ExprId operand : {r.a, r.b, r.c}) {
        if (operand >= 0) depths[i] = std::max(depths[i], depths[place(operand)] + 1);
      }
      const bool shared = sizes.back() > plain_size && uses[i] > 1 && sizes[i] > 1;
      named[i] = shared || depths[i] >= most_depth;
      if (named[i]) depths[i] = 0;
    }
    return named;
  }

  std::string at_level(ExprId id, int level) const {
    const Piece& part = pieces_[place(id)];
    return part.level < level ? fmt::format("({})", part.text) : part.text;
  }
  std::string text(ExprId id) const { return pieces_[place(id)].text; }

  Piece piece(const tenon_expr& r) const {
    if (r.op <= TENON_EXPR_LOAD) return leaf(r);
    const auto type = static_cast<Type>(r.type);
    switch (r.op) {
      case TENON_EXPR_NEG:
        // A minus before a number would become part of it.
        return {"-" + at_level(r.a, is_number(r.a) ? closed_level + 1 : syntax::unary_level),
                syntax::unary_level};
      case TENON_EXPR_NOT:
        if (type != Type::boolean) break;
        return {"!" + at_level(r.a, syntax::unary_level), syntax::unary_level};
      case TENON_EXPR_CAST:
        return {fmt::format("{}({})", name_of(type), text(r.a)), closed_level};
      case TENON_EXPR_BITCAST:
        return {fmt::format("bitcast_{}({})", name_of(type), text(r.a)), closed_level};
      case TENON_EXPR_SELECT:
        return choice(r);
      default:
        break;
    }
    if (expr_op(r.op).operands == 1) {
      return {fmt::format("{}({})", expr_op(r.op).name, text(r.a)), closed_level};
    }
    return binary(r);
  }

  bool is_number(ExprId id) const { return row(id).op == TENON_EXPR_CONST; }

  Piece leaf(const tenon_expr& r) const {
    switch (r.op) {
      case TENON_EXPR_CONST: {
        std::string text = text_of_constant(r);
        const int level = text.front() == '-' ? syntax::unary_level : closed_level;
        return {std::move(text), level};
      }
      case TENON_EXPR_SYMBOL:
        return {fmt::format("s{}", r.k), closed_level};
      case TENON_EXPR_COORD:
        return {fmt::format("coord({})", r.k), closed_level};
      case TENON_EXPR_LINEAR:
        return {"linear", closed_level};
      default:
        break;
    }
    std::string text = fmt::format("x{}", r.k);
    if (r.a >= 0 || r.b >= 0) text += "[" + (r.a >= 0 ? this->text(r.a) : "linear");
    if (r.b >= 0) text += ", " + this->text(r.b);
    if (r.c >= 0) text += ", " + this->text(r.c);
    if (r.a >= 0 || r.b >= 0) text += "]";
    return {std::move(text), closed_level};
  }

  Piece choice(const tenon_expr& r) const {
    const bool alone = is_number(r.b) && is_number(r.c);
    const auto arm = [&](ExprId id) { return alone ? text_alone(row(id)) : at_level(id, 1); };
    return {fmt::format("{} ? {} : {}", at_level(r.a, 1), arm(r.b), arm(r.c)), choice_level};
  }

  Piece binary(const tenon_expr& r) const {
    const auto operand_type = static_cast<Type>(row(r.a).type);
    const syntax::Infix* infix = syntax::infix_of(r.op, operand_type);
    if (infix == nullptr) {
      return {fmt::format("{}({}, {})", expr_op(r.op).name, text(r.a), text(r.b)), closed_level};
    }
    const bool from_right = infix->level == syntax::power_level;
    const std::string left = at_level(r.a, from_right ? infix->level + 1 : infix->level);
    const tenon_expr& b = row(r.b);
    if (r.op == TENON_EXPR_ADD && b.op == TENON_EXPR_CONST && operand_type == Type::i64 &&
        b.k < 0 && b.k != INT64_MIN) {
      return {fmt::format("{} - {}", left, -b.k), infix->level};
    }
    const std::string right = at_level(r.b, from_right ? infix->level : infix->level + 1);
    return {fmt::format("{} {} {}", left, infix->sign, right), infix->level};
  }

  std::span<const tenon_expr> rows_;
  std::vector<ExprId> ids_;
  std::vector<Piece> pieces_;
};

}  // namespace

std::string to_text(std::span<const tenon_expr> rows, ExprId root) {
  return Printer(rows).print(root);
}

}  // namespace tenon
