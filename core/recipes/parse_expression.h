// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/recipes/lexer.h"

#include <string>

// The parser of expressions, which the parser of recipes extends with what stands around them.
// Holds one token ahead. [one thread]
namespace tenon::recipes {

class ExpressionParser {
 public:
  ExpressionParser(std::string_view file, std::string_view text, Place first = {}, int nesting = 0)
      : lexer_(file, text, first), nesting_(nesting) {}

  // Reads the first token; before anything else.
  Status begin();
  Result<ExpressionPointer> expression();
  // An expression that is all of the text.
  Result<ExpressionPointer> whole();

 protected:
  bool at(std::string_view word_or_sign) const { return token_.is(word_or_sign); }
  bool at(Token::Kind kind) const { return token_.kind == kind; }
  // Whether the token was that word or sign, which is then behind.
  Result<bool> take(std::string_view word_or_sign);
  Status need(std::string_view word_or_sign);
  Result<std::string> word(std::string_view what);
  Status advance();
  Status expected(std::string_view what) const;

  Lexer lexer_;
  Token token_;
  int nesting_;

 private:
  Result<ExpressionPointer> kept(Expression expression) const;
  Result<ExpressionPointer> infix(int level);
  Result<ExpressionPointer> unary();
  Result<ExpressionPointer> postfix();
  Result<ExpressionPointer> primary();
  Result<ExpressionPointer> text();
  Result<ExpressionPointer> call(Expression call);
  Status arguments(Expression& call);
};

}  // namespace tenon::recipes
