// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/recipes/evaluator.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Functions that recipes call and that are not written in the language itself.
namespace tenon::recipes {

// One call: its arguments, evaluated, and ways to ask for them that say what is wrong.
class Call {
 public:
  Call(Evaluator& evaluator, std::string_view function, Place place)
      : evaluator(evaluator), function_(function), place_(place) {}

  void add(std::string name, Term value) {
    arguments_.push_back({std::move(name), std::move(value), false});
  }

  // Argument `place`, or the one of that name; null when it is not given, none or Missing.
  const Term* find(size_t place, std::string_view name);
  const Term* find(std::string_view name) { return find(SIZE_MAX, name); }
  Result<const Term*> need(size_t place, std::string_view name);
  Result<int64_t> integer(size_t place, std::string_view name,
                          std::optional<int64_t> otherwise = {});
  Result<double> number(size_t place, std::string_view name, std::optional<double> otherwise = {});
  Result<std::string> text(size_t place, std::string_view name,
                           std::optional<std::string> otherwise = {});
  Result<std::vector<int64_t>> integers(size_t place, std::string_view name);
  // A tensor; weights become f32 tensors.
  Result<ValueId> tensor(size_t place, std::string_view name);
  // The same, no_id when it is not given.
  Result<ValueId> optional_tensor(size_t place, std::string_view name);
  Result<const Weight*> weight(size_t place, std::string_view name);
  // Failure when an argument was given that nobody asked for.
  Status finish() const;

  Result<Emitter*> emitter() const;
  Status wrong(std::string_view message) const;

  struct Argument {
    std::string name;
    Term value;
    bool asked;
  };
  std::span<Argument> arguments() { return arguments_; }
  std::string_view function() const { return function_; }
  Place place() const { return place_; }

  Evaluator& evaluator;

 private:
  Status wrong_kind(std::string_view name, std::string_view expected, const Term& found) const;

  std::string_view function_;
  Place place_;
  std::vector<Argument> arguments_;
};

struct Builtin {
  std::string_view name;
  std::string_view signature;  // for `tenon recipes` and messages
  std::string_view doc;
  Result<Term> (*call)(Call& call) = nullptr;
};

// All of them, sorted by name. [any thread]
std::span<const Builtin> builtins();
const Builtin* find_builtin(std::string_view name);

// The files of builtins.
std::vector<Builtin> number_builtins();
std::vector<Builtin> layer_builtins();
std::vector<Builtin> rotary_builtins();
std::vector<Builtin> attention_builtins();
std::vector<Builtin> recurrence_builtins();

// A call of an operator by its name: "Softmax(x, axis: -1)".
Result<Term> call_operator(Call& call);
// Whether a name is one of an operator: it begins with a capital letter.
bool names_operator(std::string_view name);

// Arithmetic of the language; numbers, texts, tensors. sign: of Form::infix.
Result<Term> combine(Evaluator& evaluator, Place place, std::string_view sign, const Term& a,
                     const Term& b);
// A tensor for a term in arithmetic beside `like`.
Result<ValueId> operand(Evaluator& evaluator, Place place, const Term& term, DType like);

}  // namespace tenon::recipes
