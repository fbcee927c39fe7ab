// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// A recipe as read: what the parser makes and the evaluator walks. Plain data that owns itself and
// is not changed after parsing. [any thread]
namespace tenon::recipes {

// Where something stands in its file, from 1.
struct Place {
  uint32_t line = 1;
  uint32_t column = 1;
};

struct Expression;
using ExpressionPointer = std::unique_ptr<const Expression>;

// What an expression is; the comment names its operands, which are in `parts`.
enum class Form : uint8_t {
  integer,
  real,
  text,     // pieces.size() = parts.size() + 1: pieces with expressions between them
  list,     // elements
  name,     // word
  negate,   // one
  invert,   // one
  infix,    // two; word is the sign
  choice,   // condition, yes, no
  member,   // one; word is the member
  element,  // list, place
  call,     // arguments; word is the function, names[i] "" or the argument's name
};

struct Expression {
  Form form = Form::integer;
  Place place = {};
  std::string word = {};
  int64_t integer = 0;
  double real = 0;
  std::vector<ExpressionPointer> parts = {};
  std::vector<std::string> names = {};
  std::vector<std::string> pieces = {};
  int depth = 1;  // levels of parts
};

// name: expression.
struct Labelled {
  std::string name;
  Place place;
  ExpressionPointer value;
};

struct Statement {
  enum class Kind : uint8_t { assign, repeat, give };
  Kind kind = Kind::assign;
  Place place = {};
  std::vector<std::string> targets = {};  // of assign; of repeat: the one that goes through a list
  ExpressionPointer value = {};           // of assign and repeat
  std::vector<Statement> body = {};       // of repeat
  std::vector<Labelled> results = {};     // of give; a function gives one, named ""
};

// let name = value
struct Let {
  std::string name;
  Place place;
  ExpressionPointer value;
};

// Where one world keeps the tensor of a row.
struct Column {
  std::vector<std::string> patterns = {};  // empty: "none"
  bool each = false;                       // one pattern for each name of the row
  bool transposed = false;                 // stored [in, out]
  std::string stack = {};                  // counted in patterns as {stack}; "": one tensor
  ExpressionPointer stack_count = {};
};

struct Row {
  Place place = {};
  std::vector<std::string> names = {};
  bool optional = false;
  std::vector<ExpressionPointer> dims = {};
  std::vector<Column> columns = {};
};

// The word of a world ("hf", "gguf") and the frames of its names, tried in order.
struct World {
  std::string name;
  std::vector<std::string> frames;
};

// `weights ...` or `each group of count ...`; without a count it adds rows to the group.
struct Table {
  Place place = {};
  std::string group = {};
  ExpressionPointer count = {};
  std::vector<World> worlds = {};
  std::vector<Row> rows = {};
};

struct Function {
  std::string name;
  Place place;
  std::vector<std::string> parameters;
  std::vector<Statement> body;
};

// A parameter of a graph: an input by its name, of the step block or with dims of its own.
struct GraphInput {
  std::string name;
  Place place;
  std::vector<ExpressionPointer> dims;
};

struct GraphRecipe {
  std::string name;
  Place place;
  std::vector<GraphInput> inputs;
  std::vector<Statement> body;
};

using Item = std::variant<Let, Table>;

// A file: a family, or, without `match`, parts that families share.
struct Recipe {
  std::string file;
  std::string name;
  std::string title;  // the comment behind the name
  ExpressionPointer match = {};
  std::vector<Item> items = {};
  std::vector<Function> functions = {};
  std::vector<GraphRecipe> graphs = {};
  std::vector<Labelled> generate = {};
  std::vector<Labelled> facts = {};
  std::vector<std::string> ignored = {};  // patterns of tensors that no graph needs
};

}  // namespace tenon::recipes
