// SPDX-License-Identifier: Apache-2.0
#include "jinja/parser.h"

#include <algorithm>
#include <initializer_list>

namespace tenon::text::jinja {

bool Cursor::take_symbol(std::string_view text) {
  if (!is_symbol(text)) return false;
  advance();
  return true;
}

bool Cursor::take_name(std::string_view text) {
  if (!is_name(text)) return false;
  advance();
  return true;
}

Status Cursor::expect_symbol(std::string_view text) {
  return take_symbol(text) ? Status() : unexpected(fmt::format("\"{}\"", text));
}

Status Cursor::expect_name(std::string_view text) {
  return take_name(text) ? Status() : unexpected(fmt::format("\"{}\"", text));
}

Status Cursor::expect(TokenKind kind, std::string_view what) {
  if (!is(kind)) return unexpected(what);
  advance();
  return {};
}

Result<std::string_view> Cursor::name(std::string_view what) {
  if (!is(TokenKind::name)) return unexpected(what);
  const std::string_view text = now().text;
  advance();
  return text;
}

Status Cursor::unexpected(std::string_view what) const {
  std::string found;
  switch (now().kind) {
    case TokenKind::data:
      found = "text";
      break;
    case TokenKind::block_begin:
      found = "\"{%\"";
      break;
    case TokenKind::block_end:
      found = "\"%}\"";
      break;
    case TokenKind::variable_begin:
      found = "\"{{\"";
      break;
    case TokenKind::variable_end:
      found = "\"}}\"";
      break;
    case TokenKind::end:
      found = "the end";
      break;
    default:
      found = fmt::format("\"{}\"", now().text.substr(0, 40));
      break;
  }
  return invalid("line {}: found {}, expected {}", now().line, found, what);
}

namespace {

using Kind = Statement::Kind;
using Words = std::initializer_list<std::string_view>;

class StatementParser {
 public:
  StatementParser(Cursor& cursor, Tree& tree)
      : cursor_(cursor), tree_(tree), expressions_(cursor, tree) {}

  Result<Block> template_body() {
    TENON_TRY_ASSIGN(Block body, block({}));
    if (!cursor_.is(TokenKind::end)) return cursor_.unexpected("a statement");
    return body;
  }

 private:
  Statement& make(Kind kind) {
    Statement& made = tree_.statements.emplace_back();
    made.kind = kind;
    made.line = cursor_.now().line;
    return made;
  }

  bool ends_with(Words ends) const {
    return cursor_.is(TokenKind::block_begin) && cursor_.ahead().kind == TokenKind::name &&
           std::ranges::find(ends, cursor_.ahead().text) != ends.end();
  }

  // Statements up to one of the words, which is left standing after its "{%".
  Result<Block> block(Words ends) {
    if (++nesting_ > most_tree_depth / 2) {
      return unsupported("line {}: blocks nested more than {} levels deep", cursor_.now().line,
                         most_tree_depth / 2);
    }
    Block body;
    while (!cursor_.is(TokenKind::end)) {
      if (ends_with(ends)) {
        cursor_.advance();
        break;
      }
      TENON_TRY_ASSIGN(const Statement* statement, next());
      body.push_back(statement);
    }
    if (ends.size() > 0 && cursor_.is(TokenKind::end)) {
      return cursor_.unexpected(fmt::format("\"{{% {} %}}\"", *(ends.end() - 1)));
    }
    --nesting_;
    return body;
  }

  Status close_tag() { return cursor_.expect(TokenKind::block_end, "\"%}\""); }

  // A block that one word ends, that word's tag included.
  Status body_until(std::string_view end, Statement& owner) {
    TENON_TRY(close_tag());
    TENON_TRY_ASSIGN(Block body, block({end}));
    owner.bodies.push_back(std::move(body));
    TENON_TRY(cursor_.expect_name(end));
    if (end == "endblock" || end == "endmacro") cursor_.take_name(owner.text);
    return close_tag();
  }

  Result<const Statement*> next() {
    if (cursor_.is(TokenKind::data)) {
      Statement& made = make(Kind::text);
      made.text = cursor_.now().text;
      cursor_.advance();
      return &made;
    }
    if (cursor_.is(TokenKind::variable_begin)) {
      cursor_.advance();
      Statement& made = make(Kind::output);
      TENON_TRY_ASSIGN(const Expression* value, expressions_.tuple());
      made.items = {value};
      TENON_TRY(cursor_.expect(TokenKind::variable_end, "\"}}\""));
      return &made;
    }
    TENON_TRY(cursor_.expect(TokenKind::block_begin, "a statement"));
    return tag();
  }

  Result<const Statement*> tag() {
    if (!cursor_.is(TokenKind::name)) return cursor_.unexpected("a statement's name");
    const std::string_view word = cursor_.now().text;
    if (word == "if") return branch();
    if (word == "for") return loop();
    if (word == "set") return assign();
    if (word == "macro") return macro();
    if (word == "call") return call();
    if (word == "filter") return filter();
    if (word == "with") return scope();
    if (word == "generation") return group("endgeneration");
    if (word == "block") return group("endblock");
    if (word == "break") return jump(Kind::leave);
    if (word == "continue") return jump(Kind::next);
    if (word == "include" || word == "import" || word == "from" || word == "extends") {
      return unsupported("line {}: \"{}\": a chat template reads no other files",
                         cursor_.now().line, word);
    }
    return cursor_.unexpected("a statement that exists");
  }

  Result<const Statement*> branch() {
    Statement& made = make(Kind::branch);
    bool more = true;
    while (more) {
      cursor_.advance();  // if, elif
      TENON_TRY_ASSIGN(const Expression* condition, expressions_.tuple());
      made.items.push_back(condition);
      TENON_TRY(close_tag());
      TENON_TRY_ASSIGN(Block body, block({"elif", "else", "endif"}));
      made.bodies.push_back(std::move(body));
      more = cursor_.is_name("elif");
    }
    if (cursor_.take_name("else")) {
      TENON_TRY(body_until("endif", made));
      return &made;
    }
    TENON_TRY(cursor_.expect_name("endif"));
    TENON_TRY(close_tag());
    return &made;
  }

  Result<const Statement*> loop() {
    Statement& made = make(Kind::loop);
    cursor_.advance();
    TENON_TRY_ASSIGN(made.target, expressions_.target(false));
    TENON_TRY(cursor_.expect_name("in"));
    TENON_TRY_ASSIGN(const Expression* items, expressions_.iterable());
    const Expression* condition = nullptr;
    if (cursor_.take_name("if")) {
      TENON_TRY_ASSIGN(condition, expressions_.expression());
    }
    made.items = {items, condition};
    made.recursive = cursor_.take_name("recursive");
    TENON_TRY(close_tag());
    TENON_TRY_ASSIGN(Block body, block({"else", "endfor"}));
    made.bodies.push_back(std::move(body));
    if (cursor_.take_name("else")) {
      TENON_TRY(body_until("endfor", made));
      return &made;
    }
    TENON_TRY(cursor_.expect_name("endfor"));
    TENON_TRY(close_tag());
    made.bodies.emplace_back();
    return &made;
  }

  Result<const Statement*> assign() {
    Statement& made = make(Kind::assign);
    cursor_.advance();
    TENON_TRY_ASSIGN(made.target, expressions_.target(true));
    if (cursor_.take_symbol("=")) {
      TENON_TRY_ASSIGN(const Expression* value, expressions_.tuple());
      made.items = {value};
      TENON_TRY(close_tag());
      return &made;
    }
    made.kind = Kind::capture;
    const Expression* filters = nullptr;
    if (cursor_.take_symbol("|")) {
      TENON_TRY_ASSIGN(filters, expressions_.filters_of_block());
    }
    made.items = {filters};
    TENON_TRY(body_until("endset", made));
    return &made;
  }

  Result<const Statement*> macro() {
    Statement& made = make(Kind::macro);
    cursor_.advance();
    TENON_TRY_ASSIGN(made.text, cursor_.name("the macro's name"));
    TENON_TRY(expressions_.parameters(made.names, made.items));
    TENON_TRY(body_until("endmacro", made));
    return &made;
  }

  Result<const Statement*> call() {
    Statement& made = make(Kind::call);
    cursor_.advance();
    std::vector<const Expression*> defaults;
    if (cursor_.is_symbol("(")) TENON_TRY(expressions_.parameters(made.names, defaults));
    TENON_TRY_ASSIGN(const Expression* callee, expressions_.expression());
    if (callee->kind != Expression::Kind::call) return cursor_.unexpected("a call");
    made.text = "caller";
    made.target = callee;
    made.items = std::move(defaults);
    TENON_TRY(body_until("endcall", made));
    return &made;
  }

  Result<const Statement*> filter() {
    Statement& made = make(Kind::filter);
    cursor_.advance();
    TENON_TRY_ASSIGN(const Expression* filters, expressions_.filters_of_block());
    made.items = {filters};
    TENON_TRY(body_until("endfilter", made));
    return &made;
  }

  Result<const Statement*> scope() {
    Statement& made = make(Kind::scope);
    cursor_.advance();
    while (!cursor_.is(TokenKind::block_end)) {
      TENON_TRY_ASSIGN(const std::string_view name, cursor_.name("a name"));
      TENON_TRY(cursor_.expect_symbol("="));
      TENON_TRY_ASSIGN(const Expression* value, expressions_.expression());
      made.names.push_back(name);
      made.items.push_back(value);
      if (!cursor_.take_symbol(",")) break;
    }
    TENON_TRY(body_until("endwith", made));
    return &made;
  }

  Result<const Statement*> group(std::string_view end) {
    Statement& made = make(Kind::group);
    cursor_.advance();
    if (end == "endblock") {
      TENON_TRY_ASSIGN(made.text, cursor_.name("the block's name"));
    }
    TENON_TRY(body_until(end, made));
    return &made;
  }

  Result<const Statement*> jump(Kind kind) {
    const Statement& made = make(kind);
    cursor_.advance();
    TENON_TRY(close_tag());
    return &made;
  }

  Cursor& cursor_;
  Tree& tree_;
  ExpressionParser expressions_;
  int nesting_ = 0;
};

}  // namespace

Result<std::unique_ptr<Tree>> parse(std::string_view source) {
  if (source.size() > most_template_bytes) {
    return unsupported("{} bytes, at most {} are read as a template", source.size(),
                       most_template_bytes);
  }
  auto tree = std::make_unique<Tree>();
  tree->source = normalized(source);
  TENON_TRY_ASSIGN(std::vector<Token> tokens, tokenize(tree->source));
  Cursor cursor(std::move(tokens));
  TENON_TRY_ASSIGN(tree->body, StatementParser(cursor, *tree).template_body());
  return tree;
}

}  // namespace tenon::text::jinja
