// SPDX-License-Identifier: Apache-2.0
#include "syntax.h"
#include "tenon/expr.h"
#include "tenon/expr_ops.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numbers>
#include <optional>

namespace tenon {
namespace {

using Names = std::map<std::string, Expr, std::less<>>;
using Arguments = std::vector<Expr>;

constexpr int most_nesting = 200;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::optional<Type> type_named(std::string_view name) {
  for (uint16_t i = 0; i < expr_type_count; ++i) {
    if (name_of(static_cast<Type>(i)) == name) return static_cast<Type>(i);
  }
  return std::nullopt;
}

// The operation of a function with one or two operands.
std::optional<uint16_t> operation_named(std::string_view name) {
  for (uint16_t op = TENON_EXPR_NEG; op < TENON_EXPR_SELECT; ++op) {
    if (op != TENON_EXPR_CAST && op != TENON_EXPR_BITCAST && expr_op(op).name == name) return op;
  }
  return std::nullopt;
}

class Parser {
 public:
  Parser(ExprPool& pool, std::string_view text, ExprScope& scope, ExprPlace place)
      : pool_(pool), text_(text), scope_(scope), place_(place) {}

  Result<Expr> parse() {
    TENON_TRY_ASSIGN(Expr result, definitions());
    skip_space();
    if (at_ < text_.size()) return wrong("an operator or the end");
    return result;
  }

 private:
  // (name "=" expression ";")* expression
  Result<Expr> definitions() {
    while (true) {
      skip_space();
      const size_t start = at_;
      const std::string_view name = word();
      skip_space();
      const bool defines = !name.empty() && peek() == '=' && peek(1) != '=';
      if (!defines) {
        at_ = start;
        return expression();
      }
      ++at_;
      TENON_TRY_ASSIGN(defined_[std::string(name)], expression());
      if (!take(";")) return wrong("\";\"");
    }
  }

  Result<Expr> expression() {
    if (++nesting_ > most_nesting) {
      return invalid("{}: more than {} levels of nesting", where(at_), most_nesting);
    }
    TENON_TRY_ASSIGN(Expr result, infix(syntax::lowest_level));
    if (take("?")) {
      TENON_TRY_ASSIGN(const Expr yes, expression());
      if (!take(":")) return wrong("\":\"");
      TENON_TRY_ASSIGN(const Expr no, expression());
      result = select(result, yes, no);
    }
    --nesting_;
    return result;
  }

  Result<Expr> infix(int level) {
    TENON_TRY_ASSIGN(Expr left, unary());
    while (const syntax::Infix* sign = next_infix(level)) {
      at_ += sign->sign.size();
      if (++nesting_ > most_nesting) {
        return invalid("{}: more than {} levels of nesting", where(at_), most_nesting);
      }
      const bool from_right = sign->level == syntax::power_level;
      TENON_TRY_ASSIGN(const Expr right, infix(from_right ? sign->level : sign->level + 1));
      --nesting_;
      left = combine(*sign, left, right);
    }
    return left;
  }

  const syntax::Infix* next_infix(int level) {
    skip_space();
    for (const syntax::Infix& infix : syntax::infixes) {
      if (!text_.substr(at_).starts_with(infix.sign)) continue;
      return infix.level >= level ? &infix : nullptr;
    }
    return nullptr;
  }

  Expr combine(const syntax::Infix& sign, Expr a, Expr b) {
    if (sign.swapped) std::swap(a, b);
    if (!sign.logical) return pool_.binary(sign.op, a, b);
    return sign.op == TENON_EXPR_AND ? a && b : a || b;
  }

  Result<Expr> unary() {
    if (++nesting_ > most_nesting) {
      return invalid("{}: more than {} levels of nesting", where(at_), most_nesting);
    }
    Result<Expr> result = prefixed();
    --nesting_;
    return result;
  }

  Result<Expr> prefixed() {
    skip_space();
    if (peek() == '-') {
      ++at_;
      skip_space();
      if (is_digit(peek()) || peek() == '.') return number("-");
      TENON_TRY_ASSIGN(const Expr operand, unary());
      return -operand;
    }
    if (peek() == '!' && peek(1) != '=') {
      ++at_;
      TENON_TRY_ASSIGN(const Expr operand, unary());
      return !operand;
    }
    return primary();
  }

  Result<Expr> primary() {
    if (is_digit(peek()) || peek() == '.') return number("");
    if (take("(")) {
      TENON_TRY_ASSIGN(const Expr inner, expression());
      if (!take(")")) return wrong("\")\"");
      return inner;
    }
    const size_t start = at_;
    const std::string_view name = word();
    if (name.empty()) return wrong("a number, a name or \"(\"");
    if (take("(")) return call(name, start);
    if (take("[")) return element(name, start);
    return named(name, start);
  }

  Result<Expr> named(std::string_view name, size_t start) {
    if (const auto found = defined_.find(name); found != defined_.end()) return found->second;
    if (const ExprScope::Answer found = scope_.name(name)) return placed(*found, start);
    if (name == "true" || name == "false") return pool_.boolean(name == "true");
    if (name == "linear") return pool_.linear();
    if (name == "pi") return pool_.real(std::numbers::pi);
    if (name == "inf") return pool_.real(std::numeric_limits<double>::infinity());
    if (name == "nan") return pool_.real(std::numeric_limits<double>::quiet_NaN());
    return invalid("{}: unknown name \"{}\"", where(start), name);
  }

  // name[index], name[index, inside], name[index, inside, outside]
  Result<Expr> element(std::string_view name, size_t start) {
    TENON_TRY_ASSIGN(const Arguments parts, arguments("]"));
    if (const ExprScope::Answer found = scope_.element(name, parts)) return placed(*found, start);
    TENON_TRY_ASSIGN(const Expr value, named(name, start));
    if (!value.valid() || value.op() != TENON_EXPR_LOAD) {
      return invalid("{}: \"{}\" is not an operand with elements", where(start), name);
    }
    if (parts.size() > 3) {
      return invalid("{}: {} parts in brackets, expected index, inside, outside", where(start),
                     parts.size());
    }
    const auto part = [&](size_t i) { return i < parts.size() ? parts[i] : Expr(); };
    return pool_.load(pool_.row(value.id()).k, value.type(), part(0), part(1), part(2));
  }

  Result<Arguments> arguments(std::string_view end) {
    Arguments list;
    do {
      TENON_TRY_ASSIGN(list.emplace_back(), expression());
    } while (take(","));
    if (!take(end)) return wrong(fmt::format("\",\" or \"{}\"", end));
    return list;
  }

  Result<Expr> call(std::string_view name, size_t start) {
    TENON_TRY_ASSIGN(const Arguments list, arguments(")"));
    if (const ExprScope::Answer found = scope_.call(name, list)) return placed(*found, start);
    const auto count = [&](size_t expected) -> Status {
      if (list.size() == expected) return {};
      return invalid("{}: {} takes {} operands, not {}", where(start), name, expected, list.size());
    };
    if (const auto type = type_named(name)) {
      TENON_TRY(count(1));
      return pool_.cast(list[0], *type);
    }
    if (name == "coord") return coordinate(list, start);
    if (name == "select") {
      TENON_TRY(count(3));
      return select(list[0], list[1], list[2]);
    }
    constexpr std::string_view bits = "bitcast_";
    const auto type = name.starts_with(bits) ? type_named(name.substr(bits.size())) : std::nullopt;
    if (type) {
      TENON_TRY(count(1));
      if (bits_of(list[0].type()) != bits_of(*type)) {
        return invalid("{}: {} of a value of {} bits", where(start), name, bits_of(list[0].type()));
      }
      return pool_.bitcast(list[0], *type);
    }
    return operation(name, list, start);
  }

  Result<Expr> operation(std::string_view name, const Arguments& list, size_t start) {
    const auto op = operation_named(name);
    if (!op) return invalid("{}: unknown function \"{}\"", where(start), name);
    const size_t expected = expr_op(*op).operands;
    const bool any_number = *op == TENON_EXPR_MIN || *op == TENON_EXPR_MAX;
    if (list.size() != expected && !(any_number && list.size() > expected)) {
      return invalid("{}: {} takes {} operands, not {}", where(start), name, expected, list.size());
    }
    if (expected == 1) return pool_.unary(*op, list[0]);
    Expr result = list[0];
    for (size_t i = 1; i < list.size(); ++i) result = pool_.binary(*op, result, list[i]);
    return result;
  }

  Result<Expr> coordinate(const Arguments& list, size_t start) {
    if (list.size() != 1 || !list[0].is_constant() || list[0].constant() < 0) {
      return invalid("{}: coord takes one axis, a number from 0", where(start));
    }
    return pool_.coordinate(list[0].constant());
  }

  Result<Expr> number(std::string_view sign) {
    const size_t start = at_;
    const std::string digits = std::string(sign) + std::string(digits_here());
    const char* first = digits.data();
    const char* last = first + digits.size();
    int64_t whole = 0;
    if (converts(std::from_chars(first, last, whole), last)) return pool_.integer(whole);
    uint64_t large = 0;
    if (converts(std::from_chars(first, last, large), last)) {
      return pool_.integer(static_cast<int64_t>(large), Type::u64);
    }
    double real = 0;
    if (digits.find_first_of(".eE") != std::string::npos &&
        converts(std::from_chars(first, last, real), last)) {
      return pool_.real(real);
    }
    return invalid("{}: \"{}\" is no number that can be held", where(start), digits);
  }

  static bool converts(std::from_chars_result result, const char* last) {
    return result.ec == std::errc() && result.ptr == last;
  }

  std::string_view digits_here() {
    const size_t start = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool exponent = c == 'e' || c == 'E';
      if (!is_digit(c) && c != '.' && !exponent) break;
      ++at_;
      if (exponent && (peek() == '-' || peek() == '+')) ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  std::string_view word() {
    skip_space();
    const size_t start = at_;
    if (at_ < text_.size() && is_letter(text_[at_])) {
      while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  bool take(std::string_view sign) {
    skip_space();
    if (!text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  // The place of a character of the text, for messages.
  std::string where(size_t at) const {
    if (place_.line == 0) return fmt::format("formula column {}", at + 1);
    const std::string_view before = text_.substr(0, at);
    const auto lines = std::ranges::count(before, '\n');
    const size_t line_end = before.rfind('\n');
    const auto column =
        lines == 0 ? place_.column + static_cast<int64_t>(at) : static_cast<int64_t>(at - line_end);
    return fmt::format("line {} column {}", place_.line + lines, column);
  }

  // An answer of the scope, with the place when it is an error.
  Result<Expr> placed(const Result<Expr>& answer, size_t start) const {
    return answer.ok() ? answer : answer.status().at(where(start));
  }

  Status wrong(std::string_view expected) {
    skip_space();
    const std::string found =
        at_ < text_.size() ? fmt::format("\"{}\"", text_.substr(at_, 1)) : "the end";
    return invalid("{}: found {}, expected {}", where(at_), found, expected);
  }

  ExprPool& pool_;
  std::string_view text_;
  ExprScope& scope_;
  ExprPlace place_;
  Names defined_;
  size_t at_ = 0;
  int nesting_ = 0;
};

// Names that stand for expressions.
class NamedExprs : public ExprScope {
 public:
  explicit NamedExprs(const Names& names) : names_(names) {}
  Answer name(std::string_view name) override {
    const auto found = names_.find(name);
    if (found == names_.end()) return {};
    if (found->second.valid()) return found->second;
    return Answer(invalid("\"{}\" stands for no expression", name));
  }

 private:
  const Names& names_;
};

}  // namespace

ExprScope::Answer ExprScope::name(std::string_view) { return {}; }
ExprScope::Answer ExprScope::call(std::string_view, std::span<const Expr>) { return {}; }
ExprScope::Answer ExprScope::element(std::string_view, std::span<const Expr>) { return {}; }

Result<Expr> parse_expr(ExprPool& pool, std::string_view text, ExprScope& scope, ExprPlace place) {
  return Parser(pool, text, scope, place).parse();
}

Result<Expr> parse_expr(ExprPool& pool, std::string_view text, const Names& names) {
  NamedExprs scope(names);
  return parse_expr(pool, text, scope);
}

}  // namespace tenon
