// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/evaluator.h"

#include "core/base/text.h"
#include "core/recipes/builtins.h"

#include <algorithm>

namespace tenon::recipes {
namespace {

// What building one model may take.
constexpr uint64_t most_steps = 4'000'000;
constexpr uint64_t most_nodes = 400'000;
constexpr size_t most_text = size_t{64} << 10;
constexpr size_t most_functions = 32;  // in each other

}  // namespace

Evaluator::Evaluator(const Recipe& recipe, Functions functions, const WeightFile& file,
                     const Formats& formats)
    : recipe_(recipe), functions_(std::move(functions)), file_(file), formats_(formats) {
  world_ = file.documents.contains("gguf") ? "gguf" : "hf";
  globals_["true"] = true;
  globals_["false"] = false;
  globals_["none"] = None{};
  globals_["from"] = world_;
  for (const std::string_view name : {"hf", "gguf", "generation"}) {
    const auto found = file.documents.find(name);
    globals_.emplace(name, found == file.documents.end()
                               ? Term(Missing{std::string(name)})
                               : term_of(found->second, std::string(name)));
  }
}

Status Evaluator::wrong(Place place, std::string_view message) const {
  return invalid("{}:{}:{}: {}", recipe_.file, place.line, place.column, message);
}

Term Evaluator::global(std::string_view name) const {
  const auto found = globals_.find(name);
  return found == globals_.end() ? Term(Missing{std::string(name)}) : found->second;
}

Result<bool> Evaluator::matches() {
  if (!recipe_.match) return false;
  TENON_TRY_ASSIGN(const Term term, evaluate(*recipe_.match, {}));
  return truth(term);
}

Status Evaluator::prepare() {
  for (const Item& item : recipe_.items) {
    if (const auto* let = std::get_if<Let>(&item)) {
      TENON_TRY_ASSIGN(Term value, evaluate(*let->value, {}));
      // Messages name what was looked for, and where it is called.
      if (const auto* missing = value.as<Missing>()) {
        value = Missing{fmt::format("\"{}\" ({})", let->name, missing->what)};
      }
      globals_[let->name] = std::move(value);
    } else {
      TENON_TRY(table(std::get<Table>(item)));
    }
  }
  return {};
}

Result<Json> Evaluator::facts(const std::vector<Labelled>& labels) {
  Json facts = Json::object();
  for (const Labelled& label : labels) {
    if (!label.value) {
      facts.set(label.name, true);
      continue;
    }
    TENON_TRY_ASSIGN(const Term term, evaluate(*label.value, {}));
    if (const Json value = json_of(term); !value.is_null()) facts.set(label.name, value);
  }
  return facts;
}

Result<Graph> Evaluator::graph(const GraphRecipe& recipe) {
  Emitter emitter(recipe.name, file_, formats_);
  emitter_ = &emitter;
  Names names;
  std::vector<std::pair<std::string, Term>> results;
  const auto build = [&]() -> Status {
    for (const GraphInput& input : recipe.inputs) {
      if (input.dims.empty()) {
        TENON_TRY_ASSIGN(const ValueId id, emitter.input(input.name));
        names[input.name] = Tensor{id};
      } else {
        TENON_TRY_ASSIGN(const std::vector<int64_t> dims, sizes(input.dims));
        names[input.name] = Tensor{emitter.input(input.name, dims)};
      }
    }
    return run(recipe.body, names, results);
  };
  const Status built = build();
  emitter_ = nullptr;
  TENON_TRY(built);
  std::vector<std::pair<std::string, ValueId>> outputs;
  for (auto& [name, term] : results) {
    if (term.is_missing() || term.as<None>() != nullptr) continue;
    const auto* tensor = term.as<Tensor>();
    if (tensor == nullptr) {
      return wrong(recipe.place, fmt::format("output \"{}\" is {}", name, kind_of(term)));
    }
    outputs.emplace_back(name, tensor->id);
  }
  if (outputs.empty()) return wrong(recipe.place, "the graph returns nothing");
  return emitter.finish(std::move(outputs));
}

Result<std::vector<int64_t>> Evaluator::sizes(const std::vector<ExpressionPointer>& dims) {
  std::vector<int64_t> sizes;
  for (const ExpressionPointer& dim : dims) {
    TENON_TRY_ASSIGN(const Term term, evaluate(*dim, {}));
    const auto* size = term.as<int64_t>();
    if (size == nullptr) {
      const auto* missing = term.as<Missing>();
      return wrong(dim->place, missing != nullptr
                                   ? fmt::format("the model does not say {}", missing->what)
                                   : fmt::format("an extent is {}", kind_of(term)));
    }
    sizes.push_back(*size);
  }
  return sizes;
}

Status Evaluator::run(const std::vector<Statement>& body, Names& names,
                      std::vector<std::pair<std::string, Term>>& results) {
  for (const Statement& statement : body) {
    switch (statement.kind) {
      case Statement::Kind::assign:
        TENON_TRY(assign(statement, names));
        break;
      case Statement::Kind::repeat:
        TENON_TRY(repeat(statement, names, results));
        break;
      case Statement::Kind::give:
        for (const Labelled& result : statement.results) {
          TENON_TRY_ASSIGN(Term value, evaluate(*result.value, names));
          results.emplace_back(result.name, std::move(value));
        }
        return {};
    }
  }
  return {};
}

Status Evaluator::assign(const Statement& statement, Names& names) {
  TENON_TRY_ASSIGN(Term value, evaluate(*statement.value, names));
  if (statement.targets.size() == 1) {
    names[statement.targets.front()] = std::move(value);
    return {};
  }
  const auto* list = value.as<List>();
  if (list == nullptr || (*list)->all.size() != statement.targets.size()) {
    return wrong(statement.place,
                 fmt::format("{} names for {}", statement.targets.size(), kind_of(value)));
  }
  for (size_t i = 0; i < statement.targets.size(); ++i)
    names[statement.targets[i]] = (*list)->all[i];
  return {};
}

Status Evaluator::repeat(const Statement& statement, Names& names,
                         std::vector<std::pair<std::string, Term>>& results) {
  TENON_TRY_ASSIGN(const Term term, evaluate(*statement.value, names));
  const auto* list = term.as<List>();
  if (list == nullptr) {
    return wrong(statement.value->place, fmt::format("a loop over {}", kind_of(term)));
  }
  const std::string scope = emitter_ != nullptr ? emitter_->scope() : "";
  for (size_t i = 0; i < (*list)->all.size(); ++i) {
    if (emitter_ != nullptr) {
      const bool named = statement.value->form == Form::name;
      const std::string word = named ? statement.value->word : statement.targets.front();
      emitter_->scope(fmt::format("{}{}{}.{}", scope, scope.empty() ? "" : ".", word, i));
    }
    names[statement.targets.front()] = (*list)->all[i];
    TENON_TRY(run(statement.body, names, results));
  }
  if (emitter_ != nullptr) emitter_->scope(scope);
  return {};
}

Result<Term> Evaluator::evaluate(const Expression& expression, const Names& names) {
  if (++steps_ > most_steps) {
    return wrong(expression.place,
                 fmt::format("more than {} steps; the recipe does not end", most_steps));
  }
  switch (expression.form) {
    case Form::integer:
      return Term(expression.integer);
    case Form::real:
      return Term(expression.real);
    case Form::text:
      return text(expression, names);
    case Form::list: {
      std::vector<Term> elements;
      for (const ExpressionPointer& part : expression.parts) {
        TENON_TRY_ASSIGN(elements.emplace_back(), evaluate(*part, names));
      }
      return list_of(std::move(elements));
    }
    case Form::name:
      return name(expression, names);
    case Form::negate: {
      TENON_TRY_ASSIGN(const Term term, evaluate(*expression.parts[0], names));
      return combine(*this, expression.place, "-", Term(int64_t{0}), term);
    }
    case Form::invert: {
      TENON_TRY_ASSIGN(const Term term, evaluate(*expression.parts[0], names));
      return Term(!truth(term));
    }
    case Form::infix:
      return infix(expression, names);
    case Form::choice: {
      TENON_TRY_ASSIGN(const Term condition, evaluate(*expression.parts[0], names));
      return evaluate(*expression.parts[truth(condition) ? 1 : 2], names);
    }
    case Form::member:
      return member(expression, names);
    case Form::element:
      return element(expression, names);
    case Form::call:
      return call(expression, names);
  }
  return wrong(expression.place, "an unknown form");
}

Result<Term> Evaluator::name(const Expression& expression, const Names& names) {
  if (const auto found = names.find(expression.word); found != names.end()) return found->second;
  if (const auto found = globals_.find(expression.word); found != globals_.end()) {
    return found->second;
  }
  return wrong(expression.place, fmt::format("unknown name \"{}\"", expression.word));
}

Result<Term> Evaluator::text(const Expression& expression, const Names& names) {
  std::string text = expression.pieces.front();
  for (size_t i = 0; i < expression.parts.size(); ++i) {
    TENON_TRY_ASSIGN(const Term term, evaluate(*expression.parts[i], names));
    if (term.is_missing()) {
      return wrong(expression.parts[i]->place,
                   fmt::format("the model does not say {}", term.as<Missing>()->what));
    }
    text += text_of(term) + expression.pieces[i + 1];
    if (text.size() > most_text) return wrong(expression.place, "the text grows too long");
  }
  return Term(std::move(text));
}

Result<Term> Evaluator::infix(const Expression& expression, const Names& names) {
  TENON_TRY_ASSIGN(Term left, evaluate(*expression.parts[0], names));
  const Expression& second = *expression.parts[1];
  if (expression.word == "and") {
    if (!truth(left)) return Term(false);
    TENON_TRY_ASSIGN(const Term right, evaluate(second, names));
    return Term(truth(right));
  }
  if (expression.word == "or") {
    if (truth(left)) return Term(true);
    TENON_TRY_ASSIGN(const Term right, evaluate(second, names));
    return Term(truth(right));
  }
  if (expression.word == "??") {
    if (!left.is_missing()) return left;
    TENON_TRY_ASSIGN(Term right, evaluate(second, names));
    if (right.is_missing()) {
      return Term(
          Missing{fmt::format("{} or {}", left.as<Missing>()->what, right.as<Missing>()->what)});
    }
    return right;
  }
  TENON_TRY_ASSIGN(const Term right, evaluate(second, names));
  return combine(*this, expression.place, expression.word, left, right);
}

Result<Term> Evaluator::member(const Expression& expression, const Names& names) {
  TENON_TRY_ASSIGN(const Term term, evaluate(*expression.parts[0], names));
  if (const auto* missing = term.as<Missing>()) {
    return Term(Missing{fmt::format("{}.{}", missing->what, expression.word)});
  }
  if (const auto* document = term.as<Document>()) {
    const std::string path = fmt::format("{}.{}", document->path, expression.word);
    const Json* found = document->object->find(expression.word);
    return found != nullptr ? term_of(*found, path) : Term(Missing{path});
  }
  if (const auto* record = term.as<Record>()) {
    const auto found = (*record)->find(expression.word);
    if (found != (*record)->end()) return found->second;
    return wrong(expression.place, fmt::format("there is no \"{}\" here", expression.word));
  }
  return wrong(expression.place, fmt::format("{} has no members", kind_of(term)));
}

Result<Term> Evaluator::element(const Expression& expression, const Names& names) {
  TENON_TRY_ASSIGN(const Term term, evaluate(*expression.parts[0], names));
  TENON_TRY_ASSIGN(const Term place, evaluate(*expression.parts[1], names));
  if (const auto* missing = term.as<Missing>()) {
    return Term(Missing{fmt::format("{}[{}]", missing->what, text_of(place))});
  }
  const auto* word = place.as<std::string>();
  if (const auto* document = term.as<Document>(); document != nullptr && word != nullptr) {
    const std::string path = fmt::format("{}.{}", document->path, *word);
    const Json* found = document->object->find(*word);
    return found != nullptr ? term_of(*found, path) : Term(Missing{path});
  }
  const auto* list = term.as<List>();
  const auto* index = place.as<int64_t>();
  if (const auto* weight = term.as<WeightPointer>(); weight != nullptr && index != nullptr) {
    if (WeightPointer part = part_of(**weight, *index)) return Term(std::move(part));
    return wrong(expression.place,
                 fmt::format("\"{}\" is no stack with a tensor {}", (*weight)->name, *index));
  }
  if (list == nullptr || index == nullptr) {
    return wrong(expression.place,
                 fmt::format("{} of {} by {}", "an element", kind_of(term), kind_of(place)));
  }
  const auto count = static_cast<int64_t>((*list)->all.size());
  if (*index < -count || *index >= count) {
    return wrong(expression.place, fmt::format("element {} of {}", *index, count));
  }
  return (*list)->all[static_cast<size_t>(*index < 0 ? *index + count : *index)];
}

Result<Term> Evaluator::call(const Expression& expression, const Names& names) {
  Call call(*this, expression.word, expression.place);
  for (size_t i = 0; i < expression.parts.size(); ++i) {
    TENON_TRY_ASSIGN(Term term, evaluate(*expression.parts[i], names));
    call.add(expression.names[i], std::move(term));
  }
  if (const auto found = functions_.find(expression.word); found != functions_.end()) {
    return function(*found->second, call);
  }
  const Builtin* builtin = find_builtin(expression.word);
  if (builtin == nullptr && !names_operator(expression.word)) {
    return wrong(expression.place, fmt::format("unknown function \"{}\"", expression.word));
  }
  TENON_TRY_ASSIGN(Term result, builtin != nullptr ? builtin->call(call) : call_operator(call));
  TENON_TRY(call.finish());
  if (emitter_ != nullptr) {
    if (!emitter_->status().ok()) return wrong(expression.place, emitter_->status().message());
    if (emitter_->nodes() > most_nodes) {
      return wrong(expression.place, fmt::format("more than {} nodes", most_nodes));
    }
  }
  return result;
}

Result<Term> Evaluator::function(const Function& function, Call& call) {
  if (std::ranges::find(active_, function.name) != active_.end()) {
    return wrong(call.place(), fmt::format("\"{}\" calls itself", function.name));
  }
  if (active_.size() >= most_functions) {
    return wrong(call.place(), fmt::format("more than {} functions in each other", most_functions));
  }
  Names names;
  for (const std::string& parameter : function.parameters) names[parameter] = None{};
  size_t place = 0;
  for (Call::Argument& argument : call.arguments()) {
    if (argument.name.empty() && place >= function.parameters.size()) {
      return wrong(call.place(),
                   fmt::format("{} takes {} arguments", function.name, function.parameters.size()));
    }
    const std::string& name = argument.name.empty() ? function.parameters[place++] : argument.name;
    if (std::ranges::find(function.parameters, name) == function.parameters.end()) {
      return wrong(call.place(), fmt::format("{} has no parameter \"{}\"", function.name, name));
    }
    names[name] = argument.value;
  }
  active_.push_back(function.name);
  std::vector<std::pair<std::string, Term>> results;
  const Status status = run(function.body, names, results);
  active_.pop_back();
  TENON_TRY(status);
  if (results.size() != 1) {
    return wrong(function.place,
                 fmt::format("{} returns {} values, expected 1", function.name, results.size()));
  }
  return std::move(results.front().second);
}

}  // namespace tenon::recipes
