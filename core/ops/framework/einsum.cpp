// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/einsum.h"

#include <algorithm>
#include <map>
#include <string>

namespace tenon::ops {
namespace {

constexpr int ellipsis = 0;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Labels of one term, the ellipsis as one entry.
Result<Labels> parse_term(std::string_view term) {
  Labels labels;
  for (size_t i = 0; i < term.size(); ++i) {
    if (is_letter(term[i])) {
      labels.push_back(term[i]);
    } else if (term.substr(i, 3) == "...") {
      if (std::ranges::find(labels, ellipsis) != labels.end()) {
        return invalid("a term with two ellipses: \"{}\"", term);
      }
      labels.push_back(ellipsis);
      i += 2;
    } else {
      return invalid("unexpected character at column {} of the term \"{}\"", i + 1, term);
    }
  }
  return labels;
}

// The ellipsis replaced by `count` axes.
Labels spread(const Labels& labels, int64_t count) {
  Labels result;
  for (const int label : labels) {
    if (label != ellipsis) {
      result.push_back(label);
    } else {
      for (int64_t i = count; i > 0; --i) result.push_back(static_cast<int>(-i));
    }
  }
  return result;
}

// Without an output term: the ellipsis, then letters that occur once, sorted.
Labels implicit_output(const std::vector<Labels>& inputs) {
  std::map<int, int> counts;
  bool open = false;
  for (const Labels& labels : inputs) {
    for (const int label : labels) {
      if (label == ellipsis) open = true;
      if (label != ellipsis) ++counts[label];
    }
  }
  Labels output;
  if (open) output.push_back(ellipsis);
  for (const auto& [label, count] : counts) {
    if (count == 1) output.push_back(label);
  }
  return output;
}

Result<std::vector<Labels>> parse_inputs(std::string_view text) {
  std::vector<Labels> inputs;
  while (true) {
    const size_t comma = text.find(',');
    TENON_TRY_ASSIGN(Labels labels, parse_term(text.substr(0, comma)));
    inputs.push_back(std::move(labels));
    if (comma == std::string_view::npos) return inputs;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<Equation> parse_equation(std::string_view text, const std::vector<int64_t>& ranks) {
  std::string plain(text);
  std::erase(plain, ' ');
  const size_t arrow = plain.find("->");
  Equation equation;
  TENON_TRY_ASSIGN(equation.inputs, parse_inputs(std::string_view(plain).substr(0, arrow)));
  if (arrow == std::string::npos) {
    equation.output = implicit_output(equation.inputs);
  } else {
    TENON_TRY_ASSIGN(equation.output, parse_term(std::string_view(plain).substr(arrow + 2)));
  }
  if (equation.inputs.size() != ranks.size()) {
    return invalid("{} terms for {} operands", equation.inputs.size(), ranks.size());
  }
  int64_t widest = 0;
  for (size_t i = 0; i < ranks.size(); ++i) {
    Labels& labels = equation.inputs[i];
    const auto letters = static_cast<int64_t>(labels.size() - std::ranges::count(labels, ellipsis));
    const bool open = letters != static_cast<int64_t>(labels.size());
    if (open ? ranks[i] < letters : ranks[i] != letters) {
      return invalid("operand {} of rank {}, its term names {} axes", i, ranks[i], letters);
    }
    if (open) widest = std::max(widest, ranks[i] - letters);
    labels = spread(labels, ranks[i] - letters);
  }
  equation.output = spread(equation.output, widest);
  for (const int label : equation.output) {
    const bool known = std::ranges::any_of(equation.inputs, [&](const Labels& labels) {
      return std::ranges::find(labels, label) != labels.end();
    });
    if (!known || std::ranges::count(equation.output, label) != 1) {
      return invalid("an output axis that no operand has, or that is named twice: \"{}\"", text);
    }
  }
  return equation;
}

}  // namespace tenon::ops
