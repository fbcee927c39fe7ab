// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/check.h"

#include "core/ops/op.h"
#include "core/recipes/builtins.h"

#include <algorithm>
#include <set>

namespace tenon::recipes {
namespace {

using Known = std::set<std::string, std::less<>>;

class Check {
 public:
  Check(const Recipe& recipe, const Evaluator::Functions& functions)
      : recipe_(recipe), functions_(functions) {}

  Status run() {
    Known known = {"hf", "gguf", "generation", "from", "true", "false", "none"};
    if (recipe_.match) TENON_TRY(expression(*recipe_.match, known));
    for (const Item& item : recipe_.items) {
      if (const auto* let = std::get_if<Let>(&item)) {
        TENON_TRY(expression(*let->value, known));
        known.insert(let->name);
      } else {
        TENON_TRY(table(std::get<Table>(item), known));
      }
    }
    for (const auto* labels : {&recipe_.generate, &recipe_.facts}) {
      for (const Labelled& label : *labels) {
        if (label.value) TENON_TRY(expression(*label.value, known));
      }
    }
    for (const Function& each : recipe_.functions) {
      Known inside = recipe_.match ? known : Known{"hf", "gguf", "from", "true", "false", "none"};
      inside.insert(each.parameters.begin(), each.parameters.end());
      TENON_TRY(body(each.body, inside));
      TENON_TRY(ends(each));
    }
    for (const GraphRecipe& graph : recipe_.graphs) {
      Known inside = known;
      for (const GraphInput& input : graph.inputs) {
        if (input.dims.empty() && !Emitter::is_step_input(input.name)) {
          return wrong(input.place, fmt::format("\"{}\" is no input of a step", input.name));
        }
        for (const ExpressionPointer& dim : input.dims) TENON_TRY(expression(*dim, known));
        inside.insert(input.name);
      }
      TENON_TRY(body(graph.body, inside));
    }
    if (recipe_.match && recipe_.graphs.empty()) return wrong({}, "there is no graph");
    return {};
  }

 private:
  Status wrong(Place place, std::string_view message) const {
    return invalid("{}:{}:{}: {}", recipe_.file, place.line, place.column, message);
  }

  Status table(const Table& table, Known& known) {
    if (table.count) TENON_TRY(expression(*table.count, known));
    if (!table.group.empty() && !table.count && !known.contains(table.group)) {
      return wrong(table.place, fmt::format("group \"{}\" has no count yet", table.group));
    }
    for (const Row& row : table.rows) {
      for (const ExpressionPointer& dim : row.dims) TENON_TRY(expression(*dim, known));
      for (const Column& column : row.columns) {
        if (column.stack_count) TENON_TRY(expression(*column.stack_count, known));
      }
      if (table.group.empty()) known.insert(row.names.begin(), row.names.end());
    }
    if (!table.group.empty()) known.insert(table.group);
    return {};
  }

  Status body(const std::vector<Statement>& statements, Known& known) {
    for (const Statement& statement : statements) {
      if (statement.value) TENON_TRY(expression(*statement.value, known));
      known.insert(statement.targets.begin(), statement.targets.end());
      TENON_TRY(body(statement.body, known));
      for (const Labelled& result : statement.results) {
        TENON_TRY(expression(*result.value, known));
      }
    }
    return {};
  }

  Status expression(const Expression& expression, const Known& known) {
    if (expression.form == Form::name && !known.contains(expression.word)) {
      return wrong(expression.place, fmt::format("unknown name \"{}\"", expression.word));
    }
    if (expression.form == Form::call) TENON_TRY(call(expression));
    for (const ExpressionPointer& part : expression.parts) {
      TENON_TRY(this->expression(*part, known));
    }
    return {};
  }

  Status call(const Expression& call) {
    if (functions_.contains(call.word) || find_builtin(call.word) != nullptr) return {};
    const bool op = names_operator(call.word) &&
                    (find_op("", call.word) != nullptr || find_op("tenon", call.word) != nullptr);
    if (op) return {};
    return wrong(call.place, fmt::format("unknown function \"{}\"", call.word));
  }

  // Whether following its calls comes to an end.
  Status ends(const Function& function) {
    std::vector<const Function*> open = {&function};
    Known seen;
    while (!open.empty()) {
      const Function* next = open.back();
      open.pop_back();
      Known called;
      for (const Statement& statement : next->body) calls(statement, called);
      for (const std::string& name : called) {
        if (name == function.name) {
          return wrong(function.place, fmt::format("\"{}\" calls itself", function.name));
        }
        const auto found = functions_.find(name);
        if (found != functions_.end() && seen.insert(name).second) open.push_back(found->second);
      }
    }
    return {};
  }

  void calls(const Statement& statement, Known& called) const {
    if (statement.value) calls(*statement.value, called);
    for (const Statement& inner : statement.body) calls(inner, called);
    for (const Labelled& result : statement.results) calls(*result.value, called);
  }
  void calls(const Expression& expression, Known& called) const {
    if (expression.form == Form::call) called.insert(expression.word);
    for (const ExpressionPointer& part : expression.parts) calls(*part, called);
  }

  const Recipe& recipe_;
  const Evaluator::Functions& functions_;
};

}  // namespace

Status check(const Recipe& recipe, const Evaluator::Functions& functions) {
  return Check(recipe, functions).run();
}

}  // namespace tenon::recipes
