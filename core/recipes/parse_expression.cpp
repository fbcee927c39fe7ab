// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/parse_expression.h"

#include "core/recipes/parse.h"

#include <algorithm>

namespace tenon::recipes {
namespace {

struct Infix {
  std::string_view sign;
  int level;  // higher binds tighter
};

constexpr int power_level = 8;  // groups from the right
constexpr Infix infixes[] = {{"??", 1}, {"or", 2}, {"and", 3}, {"in", 4},
                             {"==", 4}, {"!=", 4}, {"<", 5},   {"<=", 5},
                             {">", 5},  {">=", 5}, {"+", 6},   {"-", 6},
                             {"*", 7},  {"/", 7},  {"%", 7},   {"**", power_level}};

const Infix* infix_of(const Token& token) {
  const auto* found =
      std::ranges::find_if(infixes, [&](const Infix& infix) { return token.is(infix.sign); });
  return found == std::end(infixes) ? nullptr : found;
}

Expression made(Form form, Place place) {
  Expression result;
  result.form = form;
  result.place = place;
  return result;
}

// Counts one level while it lives.
class Level {
 public:
  explicit Level(int& nesting) : nesting_(++nesting) {}
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;
  ~Level() { --nesting_; }

 private:
  int& nesting_;
};

// Levels of parts in parts, so that whoever walks them needs little stack.
constexpr int most_depth = 2 * most_nesting;

}  // namespace

Status ExpressionParser::begin() { return advance(); }

Result<ExpressionPointer> ExpressionParser::kept(Expression expression) const {
  for (const ExpressionPointer& part : expression.parts) {
    expression.depth = std::max(expression.depth, part->depth + 1);
  }
  if (expression.depth > most_depth) {
    return lexer_.wrong(expression.place, "the expression is too long; name its parts");
  }
  return ExpressionPointer(std::make_unique<const Expression>(std::move(expression)));
}

Status ExpressionParser::advance() {
  TENON_TRY_ASSIGN(token_, lexer_.next());
  return {};
}

Status ExpressionParser::expected(std::string_view what) const {
  return lexer_.wrong(token_.place, fmt::format("found {}, expected {}", shown(token_), what));
}

Result<bool> ExpressionParser::take(std::string_view word_or_sign) {
  if (!at(word_or_sign)) return false;
  TENON_TRY(advance());
  return true;
}

Status ExpressionParser::need(std::string_view word_or_sign) {
  if (!at(word_or_sign)) return expected(fmt::format("\"{}\"", word_or_sign));
  return advance();
}

Result<std::string> ExpressionParser::word(std::string_view what) {
  if (!at(Token::Kind::word)) return expected(what);
  std::string result(token_.text);
  TENON_TRY(advance());
  return result;
}

Result<ExpressionPointer> ExpressionParser::whole() {
  TENON_TRY(begin());
  TENON_TRY_ASSIGN(ExpressionPointer result, expression());
  if (!at(Token::Kind::end)) return expected("an operator or the end");
  return result;
}

Result<ExpressionPointer> ExpressionParser::expression() {
  const Level level(nesting_);
  if (nesting_ > most_nesting) {
    return lexer_.wrong(token_.place, fmt::format("more than {} levels of nesting", most_nesting));
  }
  TENON_TRY_ASSIGN(ExpressionPointer left, infix(1));
  if (!at("?")) return left;
  Expression choice = made(Form::choice, token_.place);
  TENON_TRY(advance());
  choice.parts.push_back(std::move(left));
  TENON_TRY_ASSIGN(choice.parts.emplace_back(), expression());
  TENON_TRY(need(":"));
  TENON_TRY_ASSIGN(choice.parts.emplace_back(), expression());
  return kept(std::move(choice));
}

Result<ExpressionPointer> ExpressionParser::infix(int level) {
  TENON_TRY_ASSIGN(ExpressionPointer left, unary());
  for (const Infix* sign = infix_of(token_); sign != nullptr && sign->level >= level;
       sign = infix_of(token_)) {
    const Level deeper(nesting_);
    if (nesting_ > most_nesting) {
      return lexer_.wrong(token_.place,
                          fmt::format("more than {} levels of nesting", most_nesting));
    }
    Expression both = made(Form::infix, token_.place);
    both.word = sign->sign;
    TENON_TRY(advance());
    both.parts.push_back(std::move(left));
    TENON_TRY_ASSIGN(both.parts.emplace_back(),
                     infix(sign->level == power_level ? power_level : sign->level + 1));
    TENON_TRY_ASSIGN(left, kept(std::move(both)));
  }
  return left;
}

Result<ExpressionPointer> ExpressionParser::unary() {
  const bool negates = at("-");
  if (!negates && !at("not")) return postfix();
  const Level level(nesting_);
  if (nesting_ > most_nesting) {
    return lexer_.wrong(token_.place, fmt::format("more than {} levels of nesting", most_nesting));
  }
  Expression one = made(negates ? Form::negate : Form::invert, token_.place);
  TENON_TRY(advance());
  // -a ** b is -(a ** b), not a == b is not (a == b).
  TENON_TRY_ASSIGN(one.parts.emplace_back(), infix(negates ? power_level : 4));
  return kept(std::move(one));
}

Result<ExpressionPointer> ExpressionParser::postfix() {
  TENON_TRY_ASSIGN(ExpressionPointer result, primary());
  while (at(".") || at("[")) {
    Expression inner = made(at(".") ? Form::member : Form::element, token_.place);
    TENON_TRY(advance());
    inner.parts.push_back(std::move(result));
    if (inner.form == Form::member) {
      TENON_TRY_ASSIGN(inner.word, word("the name of a member"));
    } else {
      TENON_TRY_ASSIGN(inner.parts.emplace_back(), expression());
      TENON_TRY(need("]"));
    }
    TENON_TRY_ASSIGN(result, kept(std::move(inner)));
  }
  return result;
}

Result<ExpressionPointer> ExpressionParser::primary() {
  Expression result = made(Form::integer, token_.place);
  if (at(Token::Kind::integer) || at(Token::Kind::real)) {
    if (at(Token::Kind::real)) result.form = Form::real;
    result.integer = token_.integer;
    result.real = token_.real;
    TENON_TRY(advance());
    return kept(std::move(result));
  }
  if (at(Token::Kind::text)) return text();
  if (at(Token::Kind::word) && infix_of(token_) == nullptr) {
    result.form = Form::name;
    TENON_TRY_ASSIGN(result.word, word("a name"));
    if (at("(")) return call(std::move(result));
    return kept(std::move(result));
  }
  TENON_TRY_ASSIGN(const bool opens, take("("));
  if (opens) {
    TENON_TRY_ASSIGN(ExpressionPointer inner, expression());
    TENON_TRY(need(")"));
    return inner;
  }
  if (!at("[")) return expected("a number, a text, a name, \"(\" or \"[\"");
  TENON_TRY(advance());
  result.form = Form::list;
  while (!at("]")) {
    TENON_TRY_ASSIGN(result.parts.emplace_back(), expression());
    TENON_TRY_ASSIGN(const bool more, take(","));
    if (!more && !at("]")) return expected("\",\" or \"]\"");
  }
  TENON_TRY(advance());
  return kept(std::move(result));
}

// "k <= q && q - k < {window}": pieces with expressions between them.
Result<ExpressionPointer> ExpressionParser::text() {
  Expression result = made(Form::text, token_.place);
  std::string_view rest = token_.text;
  Place place = token_.place;
  ++place.column;  // behind the quote
  while (true) {
    const size_t open = rest.find('{');
    result.pieces.emplace_back(rest.substr(0, open));
    if (open == std::string_view::npos) break;
    const size_t close = rest.find('}', open);
    if (close == std::string_view::npos) {
      return lexer_.wrong(token_.place, "\"{\" in a text has no \"}\"");
    }
    place.column += static_cast<uint32_t>(open) + 1;
    ExpressionParser inner(lexer_.file(), rest.substr(open + 1, close - open - 1), place, nesting_);
    TENON_TRY_ASSIGN(result.parts.emplace_back(), inner.whole());
    place.column += static_cast<uint32_t>(close - open);
    rest.remove_prefix(close + 1);
  }
  TENON_TRY(advance());
  return kept(std::move(result));
}

Result<ExpressionPointer> ExpressionParser::call(Expression call) {
  call.form = Form::call;
  TENON_TRY(arguments(call));
  return kept(std::move(call));
}

// "(a, b, name: c)"; a word before a colon is a name.
Status ExpressionParser::arguments(Expression& call) {
  TENON_TRY(need("("));
  while (!at(")")) {
    TENON_TRY_ASSIGN(ExpressionPointer value, expression());
    std::string name;
    if (at(":") && value->form == Form::name) {
      name = value->word;
      TENON_TRY(advance());
      TENON_TRY_ASSIGN(value, expression());
    } else if (!call.names.empty() && !call.names.back().empty()) {
      return lexer_.wrong(value->place, "an argument without a name follows one with a name");
    }
    call.names.push_back(std::move(name));
    call.parts.push_back(std::move(value));
    TENON_TRY_ASSIGN(const bool more, take(","));
    if (!more && !at(")")) return expected("\",\" or \")\"");
  }
  return advance();
}

}  // namespace tenon::recipes
