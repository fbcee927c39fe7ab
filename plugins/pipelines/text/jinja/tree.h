// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jinja/value.h"

// A parsed template. The tree owns its nodes and its source, which the nodes borrow from; it does
// not change once it is parsed. [any thread]
namespace tenon::text::jinja {

enum class Operator : uint8_t {
  add,
  subtract,
  multiply,
  divide,
  divide_whole,
  modulo,
  power,
  concatenate,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in,
};

struct Expression {
  enum class Kind : uint8_t {
    literal,    // value
    name,       // text
    captured,   // what a block rendered, inside its filters
    list,       // items
    tuple,      // items
    dict,       // items: key, value, key, value
    minus,      // items[0]
    plus,       // items[0]
    negate,     // not items[0]
    both,       // items[0] and items[1]
    either,     // items[0] or items[1]
    binary,     // items[0] operators[0] items[1]
    compare,    // items[0] operators[0] items[1] operators[1] items[2] ...
    condition,  // items[1] if items[0] else items[2], which may be missing
    attribute,  // items[0].text
    item,       // items[0][items[1]]
    slice,      // items[0][items[1]:items[2]:items[3]], each may be null
    call,       // items[0](arguments)
    filter,     // items[0] | text(arguments)
    test,       // items[0] is text(arguments)
  };
  Kind kind = Kind::literal;
  uint32_t line = 0;
  int depth = 1;
  std::string_view text;
  Value value;
  std::vector<const Expression*> items;  // of a call, filter and test: also its arguments
  std::vector<std::string_view> names;   // names of the last arguments
  std::vector<Operator> operators;
  const Expression* more = nullptr;        // *arguments
  const Expression* more_named = nullptr;  // **arguments
};

struct Statement;
using Block = std::vector<const Statement*>;

struct Statement {
  enum class Kind : uint8_t {
    text,     // text
    output,   // items[0]
    branch,   // bodies[i] if items[i]; one body more is the one of else
    loop,     // for target in items[0] if items[1], which may be null; bodies[1] is else
    assign,   // target = items[0]
    capture,  // target = bodies[0], through items[0]
    macro,    // text(names): items are the defaults of the last names; bodies[0]
    call,     // items[0] with bodies[0] as caller(names); items from 1 are defaults
    filter,   // bodies[0] through items[0]
    scope,    // names[i] = items[i]; bodies[0]
    group,    // bodies[0]: a block or a generation
    leave,    // break
    next,     // continue
  };
  Kind kind = Kind::text;
  uint32_t line = 0;
  bool recursive = false;
  std::string_view text;
  const Expression* target = nullptr;
  std::vector<const Expression*> items;
  std::vector<std::string_view> names;
  std::vector<Block> bodies;
};

struct Tree {
  std::string source;
  std::deque<Expression> expressions;
  std::deque<Statement> statements;
  std::deque<std::string> texts;  // of string literals with escapes
  Block body;
};

}  // namespace tenon::text::jinja
