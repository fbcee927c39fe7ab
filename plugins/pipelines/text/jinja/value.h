// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

// Values of the template language. A value is small and copied; what it points to (texts, lists,
// dicts, objects) lies in the Store of one rendering and lives as long as that. Lists and dicts do
// not change once they are made, so they have no cycles. One thread at a time.
namespace tenon::text::jinja {

class Interpreter;
struct Arguments;
struct Value;

enum class Kind : uint8_t {
  undefined,
  none,
  boolean,
  integer,
  real,
  text,
  list,
  tuple,
  dict,
  space,  // what namespace() makes
  loop,
  macro,
  method,
  function,
  cycler,
  joiner,
};

struct List;
struct Dict;
struct Space;
struct Loop;
struct Macro;
struct Method;
struct Cycler;
struct Joiner;

// A global function. [borrowed] what it returns from the store of the interpreter.
using Function = Result<Value> (*)(Interpreter&, const Arguments&);

struct Value {
  Kind kind = Kind::undefined;
  union {
    bool boolean;
    int64_t integer = 0;
    double real;
    const List* list;
    const Dict* dict;
    Space* space;
    Loop* loop;
    const Macro* macro;
    const Method* method;
    Function function;
    Cycler* cycler;
    Joiner* joiner;
  };
  std::string_view text;  // of a text: its UTF-8; of undefined: why, as an error says it

  static Value of(bool value);
  static Value of(int64_t value);
  static Value of(double value);
  static Value of(std::string_view value);
  static Value of(const List& list);
  static Value of(const Dict& dict);
  static Value none();
  static Value undefined(std::string_view why);

  bool is(Kind other) const { return kind == other; }
  bool is_number() const;    // booleans are numbers
  bool is_integral() const;  // integer or boolean
  bool is_sequence() const { return kind == Kind::list || kind == Kind::tuple; }
  int64_t whole() const { return kind == Kind::boolean ? boolean : integer; }
  double number() const { return kind == Kind::real ? real : static_cast<double>(whole()); }
};

struct List {
  std::vector<Value> items;
  int depth = 1;
  bool is_tuple = false;
};

struct Dict {
  std::vector<std::pair<Value, Value>> entries;
  int depth = 1;
};

struct Space {
  std::vector<std::pair<std::string_view, Value>> members;
};

struct Cycler {
  std::vector<Value> items;
  size_t position = 0;
};

struct Joiner {
  std::string_view separator;
  bool used = false;
};

// A method bound to what it was read from.
struct Method {
  using Body = Result<Value> (*)(Interpreter&, const Value& self, const Arguments&);
  Value self;
  std::string_view name;
  Body body = nullptr;
};

// Arguments of a call, evaluated.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string_view, Value>> named;

  // The argument at that place or of that name, or null.
  const Value* find(size_t place, std::string_view name) const;
};

// What a rendering may spend. Work is counted in steps: an expression or statement is one, and so
// are a few dozen bytes of text. Once nothing is left, everything ends soon with an error.
class Budget {
 public:
  Budget(int64_t steps, int64_t bytes) : steps_(steps), bytes_(bytes) {}
  // Takes steps; false once they are used up.
  bool spend(int64_t steps) {
    steps_ -= steps;
    return steps_ >= 0 && bytes_ >= 0;
  }
  // Takes memory, and the steps to fill it.
  bool allocate(int64_t bytes) {
    bytes_ -= bytes;
    return spend(bytes / 64);
  }
  bool left() const { return steps_ >= 0 && bytes_ >= 0; }
  Status status() const;

 private:
  int64_t steps_;
  int64_t bytes_;
};

// Owner of everything that values point to.
class Store {
 public:
  template <class T>
  T& make() {
    return std::get<std::deque<T>>(pools_).emplace_back();
  }
  std::string_view keep(std::string text) {
    return std::get<std::deque<std::string>>(pools_).emplace_back(std::move(text));
  }

 private:
  std::tuple<std::deque<std::string>, std::deque<List>, std::deque<Dict>, std::deque<Space>,
             std::deque<Method>, std::deque<Cycler>, std::deque<Joiner>>
      pools_;
};

// How deep lists and dicts may lie in each other.
constexpr int most_nesting = 64;

// "str", "list": the kind in the words of the language's errors.
std::string_view type_name(const Value& value);

bool truth(const Value& value);

// Equality as the language has it: 1 == 1.0 == true. Ends early without budget.
bool equal(const Value& left, const Value& right, Budget& budget);

// Value under a key, or null.
const Value* find(const Dict& dict, const Value& key, Budget& budget);

// -1, 0 or 1; an error for kinds that have no order between them.
Result<int> compare(const Value& left, const Value& right, std::string_view sign, Budget& budget);

}  // namespace tenon::text::jinja
