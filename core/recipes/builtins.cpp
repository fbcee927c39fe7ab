// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/builtins.h"

#include "core/ops/op.h"

#include <algorithm>
#include <iterator>

namespace tenon::recipes {
namespace {

std::vector<Builtin> sorted_builtins() {
  std::vector<Builtin> all;
  for (auto&& list : {number_builtins(), layer_builtins(), rotary_builtins(), attention_builtins(),
                      recurrence_builtins()}) {
    std::ranges::copy(list, std::back_inserter(all));
  }
  std::ranges::sort(all, {}, &Builtin::name);
  return all;
}

bool is_absent(const Term& term) { return term.is_missing() || term.as<None>() != nullptr; }

// The attribute as the operator declares it: a whole number may stand for a real one.
Attribute attribute_of(const Op& op, const std::string& name, const Term& term) {
  const auto declared = op.attributes.find(name);
  const bool real = declared != op.attributes.end() && std::get_if<double>(&declared->second);
  if (const auto* yes = term.as<bool>()) return int64_t{*yes ? 1 : 0};
  if (term.is_number() && (real || term.as<double>() != nullptr)) return term.number();
  if (const auto* number = term.as<int64_t>()) return *number;
  if (const auto* text = term.as<std::string>()) {
    const bool type = name == "to" || name == "dtype";
    if (const auto dtype = dtype_named(*text); type && dtype) return static_cast<int64_t>(*dtype);
    return *text;
  }
  std::vector<int64_t> integers;
  std::vector<double> reals;
  if (const auto* list = term.as<List>()) {
    for (const Term& element : (*list)->all) {
      if (const auto* number = element.as<int64_t>()) integers.push_back(*number);
      if (element.is_number()) reals.push_back(element.number());
    }
  }
  if (integers.size() == reals.size()) return integers;
  return reals;
}

// An input of an operator; numbers take the type of `like`.
Result<ValueId> input_of(Call& call, const Term& term, DType like) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  if (is_absent(term)) return no_id;
  const auto* list = term.as<List>();
  if (list == nullptr) return operand(call.evaluator, call.place(), term, like);
  std::vector<int64_t> integers;
  std::vector<double> reals;
  for (const Term& element : (*list)->all) {
    if (!element.is_number()) return call.wrong("a list of other things than numbers");
    reals.push_back(element.number());
    if (const auto* number = element.as<int64_t>()) integers.push_back(*number);
  }
  ExpandContext& context = emitter->context();
  if (integers.size() == reals.size()) return context.integers(integers);
  return context.reals(reals, {static_cast<int64_t>(reals.size())});
}

DType type_of_first_tensor(Emitter& emitter, std::span<const Call::Argument> arguments) {
  for (const Call::Argument& argument : arguments) {
    if (const auto* tensor = argument.value.as<Tensor>()) return emitter.dtype(tensor->id);
    if (argument.value.as<WeightPointer>() != nullptr) return DType::f32;
  }
  return DType::i64;
}

}  // namespace

std::span<const Builtin> builtins() {
  static const std::vector<Builtin> all = sorted_builtins();
  return all;
}

const Builtin* find_builtin(std::string_view name) {
  const std::span<const Builtin> all = builtins();
  const auto found = std::ranges::lower_bound(all, name, {}, &Builtin::name);
  return found != all.end() && found->name == name ? &*found : nullptr;
}

const Term* Call::find(size_t place, std::string_view name) {
  size_t position = 0;
  for (Argument& argument : arguments_) {
    const bool fits = argument.name.empty() ? position == place : argument.name == name;
    position += argument.name.empty() ? 1 : 0;
    if (!fits) continue;
    argument.asked = true;
    return is_absent(argument.value) ? nullptr : &argument.value;
  }
  return nullptr;
}

Result<const Term*> Call::need(size_t place, std::string_view name) {
  if (const Term* found = find(place, name)) return found;
  for (const Argument& argument : arguments_) {
    const auto* missing = argument.value.as<Missing>();
    if (argument.asked && missing != nullptr) {
      return wrong(fmt::format("{}: the model does not say {}", name, missing->what));
    }
  }
  return wrong(fmt::format("{} is needed", name));
}

Status Call::wrong(std::string_view message) const {
  return evaluator.wrong(place_, fmt::format("{}: {}", function_, message));
}

Status Call::wrong_kind(std::string_view name, std::string_view expected, const Term& found) const {
  return wrong(fmt::format("{} is {}, expected {}", name, kind_of(found), expected));
}

Result<int64_t> Call::integer(size_t place, std::string_view name,
                              std::optional<int64_t> otherwise) {
  const Term* term = find(place, name);
  if (term == nullptr && otherwise) return *otherwise;
  TENON_TRY_ASSIGN(term, need(place, name));
  if (const auto* number = term->as<int64_t>()) return *number;
  if (const auto* yes = term->as<bool>()) return int64_t{*yes ? 1 : 0};
  return wrong_kind(name, "a whole number", *term);
}

Result<double> Call::number(size_t place, std::string_view name, std::optional<double> otherwise) {
  const Term* term = find(place, name);
  if (term == nullptr && otherwise) return *otherwise;
  TENON_TRY_ASSIGN(term, need(place, name));
  if (term->is_number()) return term->number();
  return wrong_kind(name, "a number", *term);
}

Result<std::string> Call::text(size_t place, std::string_view name,
                               std::optional<std::string> otherwise) {
  const Term* term = find(place, name);
  if (term == nullptr && otherwise) return *otherwise;
  TENON_TRY_ASSIGN(term, need(place, name));
  if (const auto* text = term->as<std::string>()) return *text;
  return wrong_kind(name, "a text", *term);
}

Result<std::vector<int64_t>> Call::integers(size_t place, std::string_view name) {
  TENON_TRY_ASSIGN(const Term* term, need(place, name));
  const auto* list = term->as<List>();
  if (list == nullptr) return wrong_kind(name, "a list of whole numbers", *term);
  std::vector<int64_t> numbers;
  for (const Term& element : (*list)->all) {
    const auto* number = element.as<int64_t>();
    if (number == nullptr) return wrong_kind(name, "a list of whole numbers", element);
    numbers.push_back(*number);
  }
  return numbers;
}

Result<ValueId> Call::tensor(size_t place, std::string_view name) {
  TENON_TRY_ASSIGN(const Term* term, need(place, name));
  if (term->as<Tensor>() == nullptr && term->as<WeightPointer>() == nullptr) {
    return wrong_kind(name, "a tensor", *term);
  }
  return operand(evaluator, place_, *term, DType::f32);
}

Result<ValueId> Call::optional_tensor(size_t place, std::string_view name) {
  return find(place, name) == nullptr ? Result<ValueId>(no_id) : tensor(place, name);
}

Result<const Weight*> Call::weight(size_t place, std::string_view name) {
  TENON_TRY_ASSIGN(const Term* term, need(place, name));
  if (const auto* weight = term->as<WeightPointer>()) return weight->get();
  return wrong_kind(name, "a weight", *term);
}

Status Call::finish() const {
  for (const Argument& argument : arguments_) {
    if (argument.asked) continue;
    return wrong(argument.name.empty()
                     ? std::string("too many arguments")
                     : fmt::format("no argument is called \"{}\"", argument.name));
  }
  return {};
}

Result<Emitter*> Call::emitter() const {
  if (Emitter* emitter = evaluator.emitter()) return emitter;
  return wrong("makes part of a graph and can be called in graphs only");
}

bool names_operator(std::string_view name) {
  return !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
}

Result<Term> call_operator(Call& call) {
  TENON_TRY_ASSIGN(Emitter * emitter, call.emitter());
  const Op* op = find_op("", call.function());
  if (op == nullptr) op = find_op("tenon", call.function());
  if (op == nullptr) return call.wrong("no operator of that name is known");
  std::span<Call::Argument> arguments = call.arguments();
  if (op->name == "Gather" && arguments.size() == 2) {
    const auto* table = arguments[0].value.as<WeightPointer>();
    const auto* rows = arguments[1].value.as<Tensor>();
    if (table != nullptr && rows != nullptr) {
      arguments[0].asked = arguments[1].asked = true;
      return Term(Tensor{emitter->rows(**table, rows->id)});
    }
  }
  const DType like = type_of_first_tensor(*emitter, arguments);
  std::vector<ValueId> inputs;
  Attributes attributes;
  int64_t outputs = 1;
  for (Call::Argument& argument : arguments) {
    argument.asked = true;
    if (argument.name == "outputs") {
      TENON_TRY_ASSIGN(outputs, call.integer(SIZE_MAX, "outputs"));
    } else if (argument.name.empty()) {
      TENON_TRY_ASSIGN(inputs.emplace_back(), input_of(call, argument.value, like));
    } else if (!is_absent(argument.value)) {
      attributes[argument.name] = attribute_of(*op, argument.name, argument.value);
    }
  }
  if (outputs < 1 || outputs > 256) return call.wrong("outputs is not 1 to 256");
  const std::vector<ValueId> made = emitter->add_many(op->name, inputs, std::move(attributes),
                                                      static_cast<size_t>(outputs), op->domain);
  if (outputs == 1) return Term(Tensor{made.front()});
  std::vector<Term> list;
  for (const ValueId id : made) list.emplace_back(Tensor{id});
  return list_of(std::move(list));
}

}  // namespace tenon::recipes
