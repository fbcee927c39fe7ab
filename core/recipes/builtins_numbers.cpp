// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/builtins.h"

#include <algorithm>
#include <cmath>

namespace tenon::recipes {
namespace {

constexpr int64_t most_counted = 4096;

template <double (*function)(double)>
Result<Term> real_function(Call& call) {
  TENON_TRY_ASSIGN(const double x, call.number(0, "x"));
  return Term(function(x));
}

Result<Term> whole(Call& call) {
  TENON_TRY_ASSIGN(const double x, call.number(0, "x"));
  if (!(std::fabs(x) < 0x1p62)) return call.wrong("the number cannot be held");
  return Term(static_cast<int64_t>(x));
}

Result<Term> extreme(Call& call, bool largest) {
  const Term* best = nullptr;
  for (size_t i = 0; i < call.arguments().size(); ++i) {
    TENON_TRY(call.number(i, "x").status());
    const Term* term = call.find(i, "x");
    const bool better = best == nullptr || (largest ? term->number() > best->number()
                                                    : term->number() < best->number());
    if (better) best = term;
  }
  if (best == nullptr) return call.wrong("numbers are needed");
  return *best;
}

Result<Term> range(Call& call) {
  TENON_TRY_ASSIGN(const int64_t count, call.integer(0, "count"));
  if (count < 0 || count > most_counted) return call.wrong(fmt::format("a count of {}", count));
  std::vector<Term> list;
  for (int64_t i = 0; i < count; ++i) list.emplace_back(i);
  return list_of(std::move(list));
}

Result<Term> length(Call& call) {
  TENON_TRY_ASSIGN(const Term* term, call.need(0, "list"));
  const auto* list = term->as<List>();
  if (list == nullptr) return call.wrong(fmt::format("{} has no length", kind_of(*term)));
  return Term(static_cast<int64_t>((*list)->all.size()));
}

Result<Term> has(Call& call) { return Term(call.find(0, "x") != nullptr); }

// What GGUF gives once for all layers or once for each.
Result<Term> at(Call& call) {
  const Term* term = call.find(0, "x");
  TENON_TRY_ASSIGN(const int64_t place, call.integer(1, "i"));
  if (term == nullptr) return Term(Missing{"x"});
  const auto* list = term->as<List>();
  if (list == nullptr) return *term;
  if (place < 0 || place >= static_cast<int64_t>((*list)->all.size())) {
    return call.wrong(fmt::format("element {} of {}", place, (*list)->all.size()));
  }
  return (*list)->all[static_cast<size_t>(place)];
}

// Dims of the first of these tensors that the file has.
Result<Term> stored(Call& call) {
  std::string names;
  for (size_t i = 0; i < call.arguments().size(); ++i) {
    TENON_TRY_ASSIGN(const std::string name, call.text(i, "name"));
    names += fmt::format("{}{}", names.empty() ? "" : " or ", name);
    const auto found = call.evaluator.file().tensors.find(name);
    if (found == call.evaluator.file().tensors.end()) continue;
    for (Call::Argument& argument : call.arguments()) argument.asked = true;
    std::vector<Term> dims;
    for (const int64_t dim : found->second.dims) dims.emplace_back(dim);
    return list_of(std::move(dims));
  }
  return Term(Missing{fmt::format("tensor {}", names)});
}

// Tensors of the file that hold a weight.
Result<Term> pieces(Call& call) {
  TENON_TRY_ASSIGN(const Weight* weight, call.weight(0, "weight"));
  return Term(static_cast<int64_t>(std::max<size_t>(weight->tensors.size(), 1)));
}

// How many tensors there are under a name in which "#" counts from 0.
Result<Term> count(Call& call) {
  TENON_TRY_ASSIGN(const std::string pattern, call.text(0, "pattern"));
  const size_t place = pattern.find('#');
  if (place == std::string::npos) return call.wrong("the pattern has no \"#\"");
  int64_t found = 0;
  for (; found < most_counted; ++found) {
    std::string name = pattern;
    name.replace(place, 1, std::to_string(found));
    if (!call.evaluator.file().tensors.contains(name)) break;
  }
  return found == 0 ? Term(Missing{fmt::format("tensors {}", pattern)}) : Term(found);
}

Result<Term> fail(Call& call) {
  TENON_TRY_ASSIGN(const std::string reason, call.text(0, "reason"));
  return Status(Code::unsupported, std::string(call.wrong(reason).message()));
}

}  // namespace

std::vector<Builtin> number_builtins() {
  return {
      {"sqrt", "sqrt(x)", "the square root of a number", real_function<std::sqrt>},
      {"exp", "exp(x)", "e to the power of a number", real_function<std::exp>},
      {"log", "log(x)", "the natural logarithm of a number", real_function<std::log>},
      {"floor", "floor(x)", "the largest whole number not above", real_function<std::floor>},
      {"int", "int(x)", "a number cut to a whole one", whole},
      {"min", "min(x, ...)", "the least of numbers", [](Call& c) { return extreme(c, false); }},
      {"max", "max(x, ...)", "the largest of numbers", [](Call& c) { return extreme(c, true); }},
      {"range", "range(count)", "the list 0, 1, ... count - 1", range},
      {"len", "len(list)", "how many elements a list has", length},
      {"has", "has(x)", "whether the model has this", has},
      {"at", "at(x, i)", "element i of a list, or x where it is none", at},
      {"stored", "stored(name, ...)", "dims of the first of these tensors in the file", stored},
      {"count", "count(pattern)", "tensors under a name in which # counts from 0", count},
      {"pieces", "pieces(weight)",
       "how many tensors of the file hold a weight; w[i] is one of a stack", pieces},
      {"fail", "fail(reason)", "ends with the reason why the model cannot be built", fail},
  };
}

}  // namespace tenon::recipes
