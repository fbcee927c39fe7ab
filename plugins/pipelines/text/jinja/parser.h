// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jinja/lexer.h"
#include "jinja/tree.h"

#include <algorithm>
#include <memory>

// The grammar. Whatever the text, parsing ends with a tree or an error that has a line; nesting is
// bounded. [any thread]
namespace tenon::text::jinja {

// What a template may be long, and how deep it may nest.
constexpr size_t most_template_bytes = size_t{1} << 20;
constexpr int most_tree_depth = 120;

Result<std::unique_ptr<Tree>> parse(std::string_view source);

// Reads tokens one after the other; both halves of the grammar use it.
class Cursor {
 public:
  explicit Cursor(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& now() const { return tokens_[at_]; }
  const Token& ahead() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  void advance() { at_ = std::min(at_ + 1, tokens_.size() - 1); }
  bool is(TokenKind kind) const { return now().kind == kind; }
  bool is_symbol(std::string_view text) const {
    return is(TokenKind::symbol) && now().text == text;
  }
  bool is_name(std::string_view text) const { return is(TokenKind::name) && now().text == text; }
  // Moves over it if it stands here.
  bool take_symbol(std::string_view text);
  bool take_name(std::string_view text);
  Status expect_symbol(std::string_view text);
  Status expect_name(std::string_view text);
  Status expect(TokenKind kind, std::string_view what);
  // A name, which is moved over.
  Result<std::string_view> name(std::string_view what);
  // "line 3: found X, expected WHAT"
  Status unexpected(std::string_view what) const;

 private:
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

// The grammar of expressions.
class ExpressionParser {
 public:
  ExpressionParser(Cursor& cursor, Tree& tree) : cursor_(cursor), tree_(tree) {}

  using Node = const Expression*;

  Result<Node> expression();
  // Elements separated by commas are a tuple.
  Result<Node> tuple();
  // The same without "a if b else c" at its top: what a loop goes over.
  Result<Node> iterable();
  // A name, names separated by commas, or space.name.
  Result<Node> target(bool allows_members);
  // filters after a value: | a | b(c). The value is what a block rendered.
  Result<Node> filters_of_block();
  // (name, name=default, ...): the names and defaults of a macro.
  Status parameters(std::vector<std::string_view>& names, std::vector<Node>& defaults);

 private:
  Status enter();
  Expression& make(Expression::Kind kind, std::vector<Node> items);
  Result<Node> finish(Expression& made);
  Result<Node> elements(bool with_condition);
  Result<Node> either();
  Result<Node> both();
  Result<Node> negate();
  Result<Node> comparison();
  Result<Node> arithmetic(int level);
  Result<Node> power();
  Result<Node> unary(bool with_filters);
  Result<Node> primary();
  Result<Node> named();
  Result<Node> number();
  Result<Node> string();
  Result<Node> list();
  Result<Node> dict();
  Result<Node> in_parentheses();
  Result<Node> postfix(Node node);
  Result<Node> subscript(Node node);
  Result<Node> filters(Node node);
  Result<Node> filter(Node node);
  Result<Node> test(Node node);
  Status arguments(Expression& call);
  bool ends_tuple() const;

  Cursor& cursor_;
  Tree& tree_;
  int nesting_ = 0;
};

// The value of a string token, escapes as in Python; needs `storage` only where there are any.
Result<std::string_view> unescaped(const Token& token, std::deque<std::string>& storage);

}  // namespace tenon::text::jinja
