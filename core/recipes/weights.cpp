// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/weights.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenon::recipes {
namespace {

std::string value_of(std::string_view word, const Fillings& fillings) {
  if (word.empty()) return std::string(fillings.inner);
  if (word == "i" && !fillings.index.empty()) return std::string(fillings.index);
  if (word == "name") return std::string(fillings.name);
  if (!fillings.stack.empty() && word == fillings.stack) return std::string(fillings.stack_index);
  constexpr std::string_view letter = "name[";
  if (word.starts_with(letter) && word.size() == letter.size() + 2 && word.back() == ']') {
    const auto place = static_cast<size_t>(word[letter.size()] - '0');
    if (place < fillings.name.size()) return std::string(1, fillings.name[place]);
  }
  return fmt::format("{{{}}}", word);
}

std::vector<int64_t> without_ones(std::vector<int64_t> dims) {
  std::erase(dims, 1);
  return dims;
}

}  // namespace

std::string filled(std::string_view pattern, const Fillings& fillings) {
  std::string result;
  while (true) {
    const size_t open = pattern.find('{');
    result += pattern.substr(0, open);
    if (open == std::string_view::npos) return result;
    const size_t close = pattern.find('}', open);
    if (close == std::string_view::npos) return result += pattern.substr(open);
    result += value_of(pattern.substr(open + 1, close - open - 1), fillings);
    pattern.remove_prefix(close + 1);
  }
}

std::shared_ptr<const Weight> part_of(const Weight& stack, int64_t index) {
  if (!stack.stacked || index < 0 || index >= static_cast<int64_t>(stack.tensors.size())) return {};
  const auto place = static_cast<size_t>(index);
  auto part = std::make_shared<Weight>();
  part->name = fmt::format("{}.{}", stack.name, index);
  part->stored_names = {stack.stored_names[place]};
  part->tensors = {stack.tensors[place]};
  part->dims.assign(stack.dims.begin() + 1, stack.dims.end());
  part->transposed = stack.transposed;
  return part;
}

bool fits(const StoredTensor& tensor, const std::vector<int64_t>& dims, bool transposed) {
  std::vector<int64_t> wanted = without_ones(dims);
  if (transposed) std::ranges::reverse(wanted);
  return without_ones(tensor.dims) == wanted;
}

std::string dims_text(const std::vector<int64_t>& dims) {
  std::string text;
  for (const int64_t dim : dims) text += fmt::format("{}{}", text.empty() ? "" : ", ", dim);
  return fmt::format("[{}]", text);
}

}  // namespace tenon::recipes
