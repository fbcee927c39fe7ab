// SPDX-License-Identifier: Apache-2.0
#include "jinja/parser.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tenon::text::jinja {

namespace {

using NodeKind = Expression::Kind;

struct Sign {
  std::string_view text;
  Operator means;
};

// Signs of the levels of arithmetic, the loosest first.
constexpr Sign sums[] = {{"+", Operator::add}, {"-", Operator::subtract}};
constexpr Sign joins[] = {{"~", Operator::concatenate}};
constexpr Sign products[] = {{"*", Operator::multiply},
                             {"//", Operator::divide_whole},
                             {"/", Operator::divide},
                             {"%", Operator::modulo}};
constexpr std::span<const Sign> levels[] = {sums, joins, products};
constexpr Sign comparisons[] = {{"==", Operator::equal},  {"!=", Operator::not_equal},
                                {"<", Operator::less},    {"<=", Operator::less_equal},
                                {">", Operator::greater}, {">=", Operator::greater_equal}};

std::optional<Operator> take_sign(Cursor& cursor, std::span<const Sign> signs) {
  for (const Sign& sign : signs) {
    if (cursor.take_symbol(sign.text)) return sign.means;
  }
  return std::nullopt;
}

std::optional<Operator> take_comparison(Cursor& cursor) {
  if (cursor.take_name("in")) return Operator::in;
  if (cursor.is_name("not") && cursor.ahead().kind == TokenKind::name &&
      cursor.ahead().text == "in") {
    cursor.advance();
    cursor.advance();
    return Operator::not_in;
  }
  return take_sign(cursor, comparisons);
}

}  // namespace

Expression& ExpressionParser::make(Expression::Kind kind, std::vector<Node> items) {
  Expression& made = tree_.expressions.emplace_back();
  made.kind = kind;
  made.line = cursor_.now().line;
  made.items = std::move(items);
  return made;
}

Status ExpressionParser::enter() {
  if (++nesting_ <= most_tree_depth) return {};
  return unsupported("line {}: an expression nested more than {} levels deep", cursor_.now().line,
                     most_tree_depth);
}

// Every node passes here, so that no tree is deeper than what may be walked.
Result<ExpressionParser::Node> ExpressionParser::finish(Expression& made) {
  for (const Node item : made.items) {
    if (item != nullptr) made.depth = std::max(made.depth, item->depth + 1);
  }
  if (made.more != nullptr) made.depth = std::max(made.depth, made.more->depth + 1);
  if (made.more_named != nullptr) made.depth = std::max(made.depth, made.more_named->depth + 1);
  if (made.depth > most_tree_depth) {
    return unsupported("line {}: an expression nested more than {} levels deep", made.line,
                       most_tree_depth);
  }
  return Node{&made};
}

Result<ExpressionParser::Node> ExpressionParser::expression() {
  TENON_TRY_ASSIGN(Node value, either());
  while (cursor_.take_name("if")) {
    TENON_TRY_ASSIGN(const Node condition, either());
    std::vector<Node> items = {condition, value};
    if (cursor_.take_name("else")) {
      TENON_TRY(enter());
      TENON_TRY_ASSIGN(const Node otherwise, expression());
      --nesting_;
      items.push_back(otherwise);
    }
    TENON_TRY_ASSIGN(value, finish(make(NodeKind::condition, std::move(items))));
  }
  return value;
}

bool ExpressionParser::ends_tuple() const {
  return cursor_.is(TokenKind::variable_end) || cursor_.is(TokenKind::block_end) ||
         cursor_.is(TokenKind::end) || cursor_.is_symbol(")") || cursor_.is_symbol("]") ||
         cursor_.is_symbol("=") || cursor_.is_name("in") || cursor_.is_name("recursive");
}

Result<ExpressionParser::Node> ExpressionParser::elements(bool with_condition) {
  std::vector<Node> items;
  bool is_tuple = false;
  while (!ends_tuple()) {
    TENON_TRY_ASSIGN(const Node item, with_condition ? expression() : either());
    items.push_back(item);
    if (!cursor_.take_symbol(",")) break;
    is_tuple = true;
  }
  if (items.empty()) return cursor_.unexpected("an expression");
  if (!is_tuple) return items.front();
  return finish(make(NodeKind::tuple, std::move(items)));
}

Result<ExpressionParser::Node> ExpressionParser::tuple() { return elements(true); }

Result<ExpressionParser::Node> ExpressionParser::iterable() { return elements(false); }

Result<ExpressionParser::Node> ExpressionParser::target(bool allows_members) {
  std::vector<Node> items;
  bool is_tuple = false;
  while (!ends_tuple()) {
    if (cursor_.take_symbol("(")) {
      TENON_TRY(enter());
      TENON_TRY_ASSIGN(const Node inner, target(false));
      --nesting_;
      TENON_TRY(cursor_.expect_symbol(")"));
      items.push_back(inner);
    } else {
      TENON_TRY_ASSIGN(const std::string_view word, cursor_.name("a name to assign to"));
      Expression& name = make(NodeKind::name, {});
      name.text = word;
      items.push_back(&name);
      if (allows_members && items.size() == 1 && cursor_.take_symbol(".")) {
        Expression& member = make(NodeKind::attribute, {&name});
        TENON_TRY_ASSIGN(member.text, cursor_.name("a member's name"));
        return finish(member);
      }
    }
    if (!cursor_.take_symbol(",")) break;
    is_tuple = true;
  }
  if (items.empty()) return cursor_.unexpected("a name to assign to");
  if (!is_tuple) return items.front();
  return finish(make(NodeKind::tuple, std::move(items)));
}

Result<ExpressionParser::Node> ExpressionParser::filters_of_block() {
  TENON_TRY_ASSIGN(Node node, filter(&make(NodeKind::captured, {})));
  while (cursor_.take_symbol("|")) {
    TENON_TRY_ASSIGN(node, filter(node));
  }
  return node;
}

Status ExpressionParser::parameters(std::vector<std::string_view>& names,
                                    std::vector<Node>& defaults) {
  TENON_TRY(cursor_.expect_symbol("("));
  while (!cursor_.is_symbol(")")) {
    TENON_TRY_ASSIGN(const std::string_view name, cursor_.name("a parameter's name"));
    names.push_back(name);
    if (cursor_.take_symbol("=")) {
      TENON_TRY_ASSIGN(const Node value, expression());
      defaults.push_back(value);
    } else if (!defaults.empty()) {
      return cursor_.unexpected("\"=\", as the parameters before it have defaults");
    }
    if (!cursor_.take_symbol(",")) break;
  }
  return cursor_.expect_symbol(")");
}

Result<ExpressionParser::Node> ExpressionParser::either() {
  TENON_TRY_ASSIGN(Node left, both());
  while (cursor_.take_name("or")) {
    TENON_TRY_ASSIGN(const Node right, both());
    TENON_TRY_ASSIGN(left, finish(make(NodeKind::either, {left, right})));
  }
  return left;
}

Result<ExpressionParser::Node> ExpressionParser::both() {
  TENON_TRY_ASSIGN(Node left, negate());
  while (cursor_.take_name("and")) {
    TENON_TRY_ASSIGN(const Node right, negate());
    TENON_TRY_ASSIGN(left, finish(make(NodeKind::both, {left, right})));
  }
  return left;
}

Result<ExpressionParser::Node> ExpressionParser::negate() {
  if (!cursor_.is_name("not") ||
      (cursor_.ahead().text == "in" && cursor_.ahead().kind == TokenKind::name)) {
    return comparison();
  }
  cursor_.advance();
  TENON_TRY(enter());
  TENON_TRY_ASSIGN(const Node operand, negate());
  --nesting_;
  return finish(make(NodeKind::negate, {operand}));
}

Result<ExpressionParser::Node> ExpressionParser::comparison() {
  TENON_TRY_ASSIGN(const Node first, arithmetic(0));
  std::vector<Node> items = {first};
  std::vector<Operator> operators;
  while (const auto sign = take_comparison(cursor_)) {
    TENON_TRY_ASSIGN(const Node next, arithmetic(0));
    items.push_back(next);
    operators.push_back(*sign);
  }
  if (operators.empty()) return first;
  Expression& made = make(NodeKind::compare, std::move(items));
  made.operators = std::move(operators);
  return finish(made);
}

Result<ExpressionParser::Node> ExpressionParser::arithmetic(int level) {
  if (static_cast<size_t>(level) == std::size(levels)) return power();
  TENON_TRY_ASSIGN(Node left, arithmetic(level + 1));
  while (const auto sign = take_sign(cursor_, levels[level])) {
    TENON_TRY_ASSIGN(const Node right, arithmetic(level + 1));
    Expression& made = make(NodeKind::binary, {left, right});
    made.operators = {*sign};
    TENON_TRY_ASSIGN(left, finish(made));
  }
  return left;
}

Result<ExpressionParser::Node> ExpressionParser::power() {
  TENON_TRY_ASSIGN(Node left, unary(true));
  while (cursor_.take_symbol("**")) {
    TENON_TRY_ASSIGN(const Node right, unary(true));
    Expression& made = make(NodeKind::binary, {left, right});
    made.operators = {Operator::power};
    TENON_TRY_ASSIGN(left, finish(made));
  }
  return left;
}

Result<ExpressionParser::Node> ExpressionParser::unary(bool with_filters) {
  TENON_TRY(enter());
  const bool minus = cursor_.is_symbol("-");
  Node node = nullptr;
  if (minus || cursor_.is_symbol("+")) {
    cursor_.advance();
    TENON_TRY_ASSIGN(const Node operand, unary(false));
    TENON_TRY_ASSIGN(node, finish(make(minus ? NodeKind::minus : NodeKind::plus, {operand})));
  } else {
    TENON_TRY_ASSIGN(node, primary());
  }
  TENON_TRY_ASSIGN(node, postfix(node));
  if (with_filters) {
    TENON_TRY_ASSIGN(node, filters(node));
  }
  --nesting_;
  return node;
}

Result<ExpressionParser::Node> ExpressionParser::postfix(Node node) {
  while (true) {
    if (cursor_.is_symbol(".") || cursor_.is_symbol("[")) {
      TENON_TRY_ASSIGN(node, subscript(node));
    } else if (cursor_.is_symbol("(")) {
      Expression& call = make(NodeKind::call, {node});
      TENON_TRY(arguments(call));
      TENON_TRY_ASSIGN(node, finish(call));
    } else {
      return node;
    }
  }
}

Result<ExpressionParser::Node> ExpressionParser::subscript(Node node) {
  if (cursor_.take_symbol(".")) {
    if (cursor_.is(TokenKind::integer)) {
      TENON_TRY_ASSIGN(const Node index, number());
      return finish(make(NodeKind::item, {node, index}));
    }
    Expression& made = make(NodeKind::attribute, {node});
    TENON_TRY_ASSIGN(made.text, cursor_.name("an attribute's name"));
    return finish(made);
  }
  TENON_TRY(cursor_.expect_symbol("["));
  std::vector<Node> parts;
  bool is_slice = false;
  Node part = nullptr;
  while (!cursor_.is_symbol("]")) {
    if (cursor_.take_symbol(":")) {
      parts.push_back(part);
      part = nullptr;
      is_slice = true;
      continue;
    }
    if (part != nullptr) return cursor_.unexpected("\"]\"");
    TENON_TRY_ASSIGN(part, expression());
  }
  parts.push_back(part);
  cursor_.advance();
  if (parts.size() > 3) return cursor_.unexpected("at most start, stop and step");
  if (!is_slice && part == nullptr) return cursor_.unexpected("an index");
  if (is_slice) parts.resize(3, nullptr);
  parts.insert(parts.begin(), node);
  return finish(make(is_slice ? NodeKind::slice : NodeKind::item, std::move(parts)));
}

Result<ExpressionParser::Node> ExpressionParser::filters(Node node) {
  while (true) {
    if (cursor_.take_symbol("|")) {
      TENON_TRY_ASSIGN(node, filter(node));
    } else if (cursor_.is_name("is")) {
      TENON_TRY_ASSIGN(node, test(node));
    } else if (cursor_.is_symbol("(")) {
      Expression& call = make(NodeKind::call, {node});
      TENON_TRY(arguments(call));
      TENON_TRY_ASSIGN(node, finish(call));
    } else {
      return node;
    }
  }
}

Result<ExpressionParser::Node> ExpressionParser::filter(Node node) {
  Expression& made = make(NodeKind::filter, {node});
  TENON_TRY_ASSIGN(made.text, cursor_.name("a filter's name"));
  if (cursor_.is_symbol("(")) TENON_TRY(arguments(made));
  return finish(made);
}

Result<ExpressionParser::Node> ExpressionParser::test(Node node) {
  cursor_.advance();
  const bool negated = cursor_.take_name("not");
  Expression& made = make(NodeKind::test, {node});
  TENON_TRY_ASSIGN(made.text, cursor_.name("a test's name"));
  const bool joins = cursor_.is_name("else") || cursor_.is_name("or") || cursor_.is_name("and") ||
                     cursor_.is_name("if") || cursor_.is_name("in") || cursor_.is_name("not") ||
                     cursor_.is_name("is");
  const bool has_argument = cursor_.is(TokenKind::name) || cursor_.is(TokenKind::text) ||
                            cursor_.is(TokenKind::integer) || cursor_.is(TokenKind::real) ||
                            cursor_.is_symbol("[") || cursor_.is_symbol("{");
  if (cursor_.is_symbol("(")) {
    TENON_TRY(arguments(made));
  } else if (has_argument && !joins) {
    TENON_TRY_ASSIGN(Node argument, primary());
    TENON_TRY_ASSIGN(argument, postfix(argument));
    made.items.push_back(argument);
  }
  TENON_TRY_ASSIGN(const Node tested, finish(made));
  return negated ? finish(make(NodeKind::negate, {tested})) : tested;
}

Status ExpressionParser::arguments(Expression& call) {
  TENON_TRY(cursor_.expect_symbol("("));
  while (!cursor_.is_symbol(")")) {
    if (cursor_.take_symbol("*")) {
      TENON_TRY_ASSIGN(call.more, expression());
    } else if (cursor_.take_symbol("**")) {
      TENON_TRY_ASSIGN(call.more_named, expression());
    } else if (cursor_.is(TokenKind::name) && cursor_.ahead().kind == TokenKind::symbol &&
               cursor_.ahead().text == "=") {
      call.names.push_back(cursor_.now().text);
      cursor_.advance();
      cursor_.advance();
      TENON_TRY_ASSIGN(const Node value, expression());
      call.items.push_back(value);
    } else {
      if (!call.names.empty()) return cursor_.unexpected("an argument with its name");
      TENON_TRY_ASSIGN(const Node value, expression());
      call.items.push_back(value);
    }
    if (!cursor_.take_symbol(",")) break;
  }
  return cursor_.expect_symbol(")");
}

}  // namespace tenon::text::jinja
