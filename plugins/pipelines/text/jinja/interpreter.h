// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jinja/tree.h"
#include "jinja/value.h"
#include "tenon/json.h"

#include <chrono>

// One rendering of a template: it walks the tree and keeps what it makes in its own store. It
// reads and writes nothing outside; time is what it was given. One thread at a time.
namespace tenon::text::jinja {

// Names that one part of a template sees, beside those of the parts around it.
struct Scope {
  Scope* parent = nullptr;
  std::vector<std::pair<std::string_view, Value>> names;

  const Value* find(std::string_view name) const;  // here or further out; null when nowhere
  void set(std::string_view name, const Value& value);
};

struct Macro {
  const Statement* statement = nullptr;
  Scope* scope = nullptr;
};

struct Loop {
  const Statement* statement = nullptr;
  Scope* scope = nullptr;
  std::vector<Value> items;
  size_t index = 0;
  int depth = 1;
  std::vector<Value> before;  // what loop.changed() was last given
};

// What a statement does to those around it.
enum class Flow : uint8_t { on, leave, next };

// How deep blocks, calls and expressions may lie in each other while they run; each takes a
// kilobyte or two of the stack.
constexpr int most_depth = 1000;

Status calls_too_deep();

// One level more for as long as it lives.
class Deeper {
 public:
  explicit Deeper(int& depth) : depth_(++depth) {}
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  int& depth_;
};

class Interpreter {
 public:
  Interpreter(const Budget& budget, std::chrono::sys_seconds now) : budget_(budget), now_(now) {}

  Result<std::string> run(const Tree& tree, const Json& context);

  // For the functions of the language.
  Budget& budget() { return budget_; }
  Store& store() { return store_; }
  std::chrono::sys_seconds now() const { return now_; }
  Status spend(int64_t steps) { return budget_.spend(steps) ? Status() : budget_.status(); }
  Result<Value> text(std::string made);
  Result<Value> list(std::vector<Value> items);
  Result<Value> tuple(std::vector<Value> items);
  Result<Value> dict(std::vector<std::pair<Value, Value>> entries);
  // str(value)
  Result<std::string_view> str(const Value& value);
  // What a loop over the value goes through: elements, keys, characters.
  Result<std::vector<Value>> items(const Value& value);
  // value.name and value[key]; undefined when there is none.
  Result<Value> attribute(const Value& value, std::string_view name);
  Result<Value> item(const Value& value, const Value& key);
  Result<Value> call(const Value& callee, const Arguments& arguments);
  Result<Value> filter(std::string_view name, const Value& value, const Arguments& arguments);
  Result<bool> test(std::string_view name, const Value& value, const Arguments& arguments);

 private:
  // Statements
  Result<Flow> execute(const Block& block, Scope& scope);
  Result<Flow> execute(const Statement& statement, Scope& scope);
  Status output(const Statement& statement, Scope& scope);
  Result<Flow> branch(const Statement& statement, Scope& scope);
  Status run_loop(const Statement& statement, Scope& scope, const Value& over, int depth);
  Result<bool> wanted(const Statement& statement, Scope& scope, const Value& item);
  Status assign(const Expression& target, const Value& value, Scope& scope);
  Status capture(const Statement& statement, Scope& scope);
  Status define(const Statement& statement, Scope& scope);
  Status call_block(const Statement& statement, Scope& scope);
  Status filter_block(const Statement& statement, Scope& scope);
  Result<Flow> with_scope(const Statement& statement, Scope& scope);
  // What the block prints, kept in the store.
  Result<std::string_view> rendered(const Block& block, Scope& scope);
  Result<Value> call_macro(const Macro& macro, const Arguments& arguments);
  Result<Value> call_loop(const Loop& loop, const Arguments& arguments);
  Scope& inner_scope(Scope& parent);

  Result<List*> kept(std::vector<Value> items);

  // Expressions
  Result<Value> evaluate(const Expression& expression, Scope& scope);
  Result<Value> evaluate_some(const Expression& expression, Scope& scope);
  Result<Value> name(const Expression& expression, Scope& scope);
  Result<Value> elements(const Expression& expression, Scope& scope);
  Result<Value> entries(const Expression& expression, Scope& scope);
  Result<Value> sign(const Expression& expression, Scope& scope);
  Result<Value> comparison(const Expression& expression, Scope& scope);
  Result<Value> condition(const Expression& expression, Scope& scope);
  Result<Value> slice(const Expression& expression, Scope& scope);
  Result<Arguments> arguments(const Expression& call, Scope& scope);
  Status more_arguments(const Expression& call, Scope& scope, Arguments& made);

  Budget budget_;
  std::chrono::sys_seconds now_;
  Store store_;
  std::deque<Scope> scopes_;
  std::deque<Macro> macros_;
  std::deque<Loop> loops_;
  std::string* out_ = nullptr;
  Value captured_;
  int depth_ = 0;
  bool located_ = false;  // the failure on its way out has its line
};

// What a binary operator makes of two values.
Result<Value> operate(Interpreter& run, Operator sign, const Value& left, const Value& right);

// One step of a comparison.
Result<bool> holds(Interpreter& run, Operator sign, const Value& left, const Value& right);

// value[start:stop:step]; parts that are null are left out.
Result<Value> slice_of(Interpreter& run, const Value& value, const Value* start, const Value* stop,
                       const Value* step);

// "{}" of "%": text % values, as Python formats.
Result<Value> format_percent(Interpreter& run, std::string_view pattern,
                             const std::vector<Value>& values);

}  // namespace tenon::text::jinja
