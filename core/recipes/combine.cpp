// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/builtins.h"

#include "core/base/text.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tenon::recipes {
namespace {

constexpr size_t most_text = size_t{64} << 10;

bool in_graph(const Term& term) {
  return term.as<Tensor>() != nullptr || term.as<WeightPointer>() != nullptr;
}

std::optional<int64_t> integers(std::string_view sign, int64_t a, int64_t b) {
  int64_t result = 0;
  const bool divides = sign == "/" || sign == "%";
  if (divides && (b == 0 || (b == -1 && a == INT64_MIN))) return {};
  if (sign == "+")
    return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
  if (sign == "-")
    return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
  if (sign == "*")
    return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
  if (sign == "%") return a % b;
  if (sign == "/" && a % b == 0) return a / b;
  return {};
}

double reals(std::string_view sign, double a, double b) {
  if (sign == "+") return a + b;
  if (sign == "-") return a - b;
  if (sign == "*") return a * b;
  if (sign == "/") return a / b;
  if (sign == "%") return std::fmod(a, b);
  return std::pow(a, b);
}

Result<Term> numbers(Evaluator& evaluator, Place place, std::string_view sign, const Term& a,
                     const Term& b) {
  if (sign == "<") return Term(a.number() < b.number());
  if (sign == "<=") return Term(a.number() <= b.number());
  if (sign == ">") return Term(a.number() > b.number());
  if (sign == ">=") return Term(a.number() >= b.number());
  const auto* x = a.as<int64_t>();
  const auto* y = b.as<int64_t>();
  if (x != nullptr && y != nullptr) {
    if (const auto whole = integers(sign, *x, *y)) return Term(*whole);
    if ((sign == "/" || sign == "%") && *y == 0) {
      return evaluator.wrong(place, fmt::format("{} {} 0", *x, sign));
    }
  }
  const double result = reals(sign, a.number(), b.number());
  // Whole numbers to a whole power stay whole.
  if (sign == "**" && x != nullptr && y != nullptr && *y >= 0 && std::fabs(result) < 0x1p53) {
    return Term(static_cast<int64_t>(result));
  }
  return Term(result);
}

Result<Term> tensors(Evaluator& evaluator, Place place, std::string_view sign, const Term& a,
                     const Term& b) {
  constexpr std::pair<std::string_view, std::string_view> operators[] = {
      {"+", "Add"}, {"-", "Sub"}, {"*", "Mul"}, {"/", "Div"}, {"**", "Pow"}};
  const auto* found =
      std::ranges::find(operators, sign, &std::pair<std::string_view, std::string_view>::first);
  if (found == std::end(operators)) {
    return evaluator.wrong(place, fmt::format("{} of tensors; write it as an operator", sign));
  }
  Emitter* emitter = evaluator.emitter();
  if (emitter == nullptr) return evaluator.wrong(place, "weights are tensors in graphs only");
  DType like = DType::f32;
  if (const auto* tensor = a.as<Tensor>()) like = emitter->dtype(tensor->id);
  if (const auto* tensor = b.as<Tensor>()) like = emitter->dtype(tensor->id);
  TENON_TRY_ASSIGN(const ValueId left, operand(evaluator, place, a, like));
  TENON_TRY_ASSIGN(const ValueId right, operand(evaluator, place, b, like));
  return Term(Tensor{emitter->add(found->second, {left, right})});
}

bool contains(const Term& list, const Term& element) {
  if (const auto* text = list.as<std::string>()) {
    const auto* word = element.as<std::string>();
    return word != nullptr && text->find(*word) != std::string::npos;
  }
  const auto* elements = list.as<List>();
  return elements != nullptr && std::ranges::any_of((*elements)->all, [&](const Term& each) {
           return equal(each, element);
         });
}

Status wrong_operand(Evaluator& evaluator, Place place, std::string_view sign, const Term& term) {
  if (const auto* missing = term.as<Missing>()) {
    return evaluator.wrong(place, fmt::format("the model does not say {}", missing->what));
  }
  return evaluator.wrong(place, fmt::format("{} of {}", sign, kind_of(term)));
}

}  // namespace

Result<ValueId> operand(Evaluator& evaluator, Place place, const Term& term, DType like) {
  Emitter* emitter = evaluator.emitter();
  if (emitter == nullptr) return evaluator.wrong(place, "there are tensors in graphs only");
  if (const auto* tensor = term.as<Tensor>()) return tensor->id;
  if (const auto* weight = term.as<WeightPointer>()) return emitter->weight(**weight);
  if (term.is_number()) return emitter->context().scalar(term.number(), like);
  return wrong_operand(evaluator, place, "a tensor", term);
}

Result<Term> combine(Evaluator& evaluator, Place place, std::string_view sign, const Term& a,
                     const Term& b) {
  if (sign == "==") return Term(equal(a, b));
  if (sign == "!=") return Term(!equal(a, b));
  if (sign == "in") return Term(contains(b, a));
  if (a.is_number() && b.is_number()) return numbers(evaluator, place, sign, a, b);
  if ((in_graph(a) || in_graph(b)) && (in_graph(a) || a.is_number()) &&
      (in_graph(b) || b.is_number())) {
    return tensors(evaluator, place, sign, a, b);
  }
  const auto* text = a.as<std::string>();
  if (text != nullptr && b.as<std::string>() != nullptr && sign == "+") {
    if (text->size() > most_text) return evaluator.wrong(place, "the text grows too long");
    return Term(*text + *b.as<std::string>());
  }
  return wrong_operand(evaluator, place, sign, a.is_number() || in_graph(a) ? b : a);
}

}  // namespace tenon::recipes
