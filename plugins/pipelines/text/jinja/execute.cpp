// SPDX-License-Identifier: Apache-2.0
#include "jinja/interpreter.h"

#include "jinja/library.h"
#include "jinja/print.h"

#include <algorithm>
#include <iterator>

namespace tenon::text::jinja {

Status calls_too_deep() { return unsupported("the template calls itself or nests too deeply"); }

const Value* Scope::find(std::string_view name) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->parent) {
    for (const auto& [key, value] : scope->names) {
      if (key == name) return &value;
    }
  }
  return nullptr;
}

void Scope::set(std::string_view name, const Value& value) {
  for (auto& [key, old] : names) {
    if (key != name) continue;
    old = value;
    return;
  }
  names.emplace_back(name, value);
}

Scope& Interpreter::inner_scope(Scope& parent) {
  Scope& scope = scopes_.emplace_back();
  scope.parent = &parent;
  budget_.allocate(128);
  return scope;
}

Result<std::string> Interpreter::run(const Tree& tree, const Json& context) {
  Scope& given = scopes_.emplace_back();
  for (const auto& [name, value] : context.members()) {
    given.names.emplace_back(name, from_json(value, Texts::borrow, store_));
  }
  std::string out;
  out_ = &out;
  TENON_TRY_ASSIGN(const Flow flow, execute(tree.body, inner_scope(given)));
  if (flow != Flow::on) return invalid("\"break\" or \"continue\" outside a loop");
  return out;
}

Result<Flow> Interpreter::execute(const Block& block, Scope& scope) {
  const Deeper level(depth_);
  if (depth_ > most_depth) return calls_too_deep();
  for (const Statement* statement : block) {
    auto flow = execute(*statement, scope);
    if (!flow.ok() && !located_) {
      located_ = true;
      return flow.status().at(fmt::format("line {}", statement->line));
    }
    if (!flow.ok() || *flow != Flow::on) return flow;
  }
  return Flow::on;
}

Result<Flow> Interpreter::execute(const Statement& statement, Scope& scope) {
  using Kind = Statement::Kind;
  TENON_TRY(spend(1));
  switch (statement.kind) {
    case Kind::text:
      out_->append(statement.text);
      if (!budget_.allocate(static_cast<int64_t>(statement.text.size()))) return budget_.status();
      return Flow::on;
    case Kind::output:
      TENON_TRY(output(statement, scope));
      return Flow::on;
    case Kind::branch:
      return branch(statement, scope);
    case Kind::loop: {
      TENON_TRY_ASSIGN(const Value over, evaluate(*statement.items[0], scope));
      TENON_TRY(run_loop(statement, scope, over, 1));
      return Flow::on;
    }
    case Kind::assign: {
      TENON_TRY_ASSIGN(const Value value, evaluate(*statement.items[0], scope));
      TENON_TRY(assign(*statement.target, value, scope));
      return Flow::on;
    }
    case Kind::capture:
      TENON_TRY(capture(statement, scope));
      return Flow::on;
    case Kind::macro:
      TENON_TRY(define(statement, scope));
      return Flow::on;
    case Kind::call:
      TENON_TRY(call_block(statement, scope));
      return Flow::on;
    case Kind::filter:
      TENON_TRY(filter_block(statement, scope));
      return Flow::on;
    case Kind::scope:
      return with_scope(statement, scope);
    case Kind::group:
      return execute(statement.bodies[0], inner_scope(scope));
    case Kind::leave:
      return Flow::leave;
    case Kind::next:
      return Flow::next;
  }
  return Flow::on;
}

Status Interpreter::output(const Statement& statement, Scope& scope) {
  TENON_TRY_ASSIGN(const Value value, evaluate(*statement.items[0], scope));
  return print(value, *out_, budget_);
}

Result<Flow> Interpreter::branch(const Statement& statement, Scope& scope) {
  for (size_t i = 0; i < statement.items.size(); ++i) {
    TENON_TRY_ASSIGN(const Value condition, evaluate(*statement.items[i], scope));
    if (truth(condition)) return execute(statement.bodies[i], scope);
  }
  if (statement.bodies.size() == statement.items.size()) return Flow::on;
  return execute(statement.bodies.back(), scope);
}

// Whether an item passes the condition behind the loop's "if".
Result<bool> Interpreter::wanted(const Statement& statement, Scope& scope, const Value& item) {
  if (statement.items[1] == nullptr) return true;
  Scope& inner = inner_scope(scope);
  TENON_TRY(assign(*statement.target, item, inner));
  TENON_TRY_ASSIGN(const Value condition, evaluate(*statement.items[1], inner));
  return truth(condition);
}

Status Interpreter::run_loop(const Statement& statement, Scope& scope, const Value& over,
                             int depth) {
  TENON_TRY_ASSIGN(const std::vector<Value> all, items(over));
  Loop& loop = loops_.emplace_back();
  loop.statement = &statement;
  loop.scope = &scope;
  loop.depth = depth;
  for (const Value& item : all) {
    TENON_TRY_ASSIGN(const bool takes, wanted(statement, scope, item));
    if (takes) loop.items.push_back(item);
  }
  Value self;
  self.kind = Kind::loop;
  self.loop = &loop;
  for (; loop.index < loop.items.size(); ++loop.index) {
    Scope& inner = inner_scope(scope);
    inner.set("loop", self);
    TENON_TRY(assign(*statement.target, loop.items[loop.index], inner));
    TENON_TRY_ASSIGN(const Flow flow, execute(statement.bodies[0], inner));
    if (flow == Flow::leave) return {};
  }
  if (!loop.items.empty()) return {};
  TENON_TRY_ASSIGN(const Flow flow, execute(statement.bodies[1], inner_scope(scope)));
  return flow == Flow::on ? Status() : invalid("\"break\" or \"continue\" outside a loop");
}

Status Interpreter::assign(const Expression& target, const Value& value, Scope& scope) {
  if (target.kind == Expression::Kind::name) {
    scope.set(target.text, value);
    return {};
  }
  if (target.kind == Expression::Kind::attribute) {
    TENON_TRY_ASSIGN(const Value space, evaluate(*target.items[0], scope));
    if (!space.is(Kind::space)) {
      return invalid("\"{}.{}\" can only be set on what namespace() made", target.items[0]->text,
                     target.text);
    }
    for (auto& [name, old] : space.space->members) {
      if (name != target.text) continue;
      old = value;
      return {};
    }
    space.space->members.emplace_back(target.text, value);
    return {};
  }
  TENON_TRY_ASSIGN(const std::vector<Value> parts, items(value));
  if (parts.size() != target.items.size()) {
    return invalid("{} values for {} names", parts.size(), target.items.size());
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    TENON_TRY(assign(*target.items[i], parts[i], scope));
  }
  return {};
}

Result<std::string_view> Interpreter::rendered(const Block& block, Scope& scope) {
  std::string made;
  std::string* before = std::exchange(out_, &made);
  auto flow = execute(block, scope);
  out_ = before;
  if (!flow.ok()) return flow.status();
  if (*flow != Flow::on) return invalid("\"break\" or \"continue\" outside a loop");
  return store_.keep(std::move(made));
}

Status Interpreter::capture(const Statement& statement, Scope& scope) {
  TENON_TRY_ASSIGN(const std::string_view text, rendered(statement.bodies[0], inner_scope(scope)));
  Value value = Value::of(text);
  if (statement.items[0] != nullptr) {
    captured_ = value;
    TENON_TRY_ASSIGN(value, evaluate(*statement.items[0], scope));
  }
  return assign(*statement.target, value, scope);
}

Status Interpreter::define(const Statement& statement, Scope& scope) {
  Macro& macro = macros_.emplace_back();
  macro.statement = &statement;
  macro.scope = &scope;
  Value value;
  value.kind = Kind::macro;
  value.macro = &macro;
  scope.set(statement.text, value);
  return {};
}

Status Interpreter::call_block(const Statement& statement, Scope& scope) {
  TENON_TRY_ASSIGN(const Value callee, evaluate(*statement.target->items[0], scope));
  TENON_TRY_ASSIGN(Arguments given, arguments(*statement.target, scope));
  Macro& caller = macros_.emplace_back();
  caller.statement = &statement;
  caller.scope = &scope;
  Value value;
  value.kind = Kind::macro;
  value.macro = &caller;
  given.named.emplace_back("caller", value);
  TENON_TRY_ASSIGN(const Value made, call(callee, given));
  return print(made, *out_, budget_);
}

Status Interpreter::filter_block(const Statement& statement, Scope& scope) {
  TENON_TRY_ASSIGN(const std::string_view text, rendered(statement.bodies[0], inner_scope(scope)));
  captured_ = Value::of(text);
  TENON_TRY_ASSIGN(const Value value, evaluate(*statement.items[0], scope));
  return print(value, *out_, budget_);
}

Result<Flow> Interpreter::with_scope(const Statement& statement, Scope& scope) {
  Scope& inner = inner_scope(scope);
  for (size_t i = 0; i < statement.names.size(); ++i) {
    TENON_TRY_ASSIGN(const Value value, evaluate(*statement.items[i], scope));
    inner.set(statement.names[i], value);
  }
  return execute(statement.bodies[0], inner);
}

Result<Value> Interpreter::call_macro(const Macro& macro, const Arguments& arguments) {
  const Statement& statement = *macro.statement;
  Scope& scope = inner_scope(*macro.scope);
  const size_t required = statement.names.size() - statement.items.size();
  for (size_t i = 0; i < statement.names.size(); ++i) {
    const std::string_view name = statement.names[i];
    Value value = Value::undefined("a parameter was not provided");
    if (const Value* given = arguments.find(i, name)) {
      value = *given;
    } else if (i >= required) {
      TENON_TRY_ASSIGN(value, evaluate(*statement.items[i - required], scope));
    }
    scope.set(name, value);
  }
  std::vector<Value> rest;
  for (size_t i = statement.names.size(); i < arguments.positional.size(); ++i) {
    rest.push_back(arguments.positional[i]);
  }
  std::vector<std::pair<Value, Value>> rest_named;
  for (const auto& [name, value] : arguments.named) {
    if (name == "caller") {
      scope.set(name, value);
    } else if (std::ranges::find(statement.names, name) == statement.names.end()) {
      rest_named.emplace_back(Value::of(name), value);
    }
  }
  if (!rest.empty()) {
    TENON_TRY_ASSIGN(const Value varargs, tuple(std::move(rest)));
    scope.set("varargs", varargs);
  }
  if (!rest_named.empty()) {
    TENON_TRY_ASSIGN(const Value kwargs, dict(std::move(rest_named)));
    scope.set("kwargs", kwargs);
  }
  TENON_TRY_ASSIGN(const std::string_view text, rendered(statement.bodies[0], scope));
  return Value::of(text);
}

// loop(items): the same loop over other items, inside itself.
Result<Value> Interpreter::call_loop(const Loop& loop, const Arguments& arguments) {
  if (!loop.statement->recursive || arguments.positional.size() != 1) {
    return invalid("loop() wants the items of a loop that is marked \"recursive\"");
  }
  const Deeper level(depth_);
  if (depth_ > most_depth) return calls_too_deep();
  std::string made;
  std::string* before = std::exchange(out_, &made);
  const Status status =
      run_loop(*loop.statement, *loop.scope, arguments.positional[0], loop.depth + 1);
  out_ = before;
  TENON_TRY(status);
  return text(std::move(made));
}

Result<Value> Interpreter::call(const Value& callee, const Arguments& arguments) {
  TENON_TRY(spend(1));
  switch (callee.kind) {
    case Kind::macro:
      return call_macro(*callee.macro, arguments);
    case Kind::method:
      return callee.method->body(*this, callee.method->self, arguments);
    case Kind::function:
      return callee.function(*this, arguments);
    case Kind::loop:
      return call_loop(*callee.loop, arguments);
    case Kind::joiner: {
      Joiner& joiner = *callee.joiner;
      return std::exchange(joiner.used, true) ? Value::of(joiner.separator)
                                              : Value::of(std::string_view());
    }
    case Kind::undefined:
      return invalid("{}", callee.text);
    default:
      return invalid("'{}' object is not callable", type_name(callee));
  }
}

}  // namespace tenon::text::jinja
