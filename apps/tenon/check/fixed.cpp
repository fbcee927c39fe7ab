// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/check/fixed.h"

#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/engine.h"

#include <algorithm>

namespace tenon::cli {

namespace {

// Larger inputs are data, not structure.
constexpr size_t most_elements = 64;

template <class T>
std::string numbers(const Tensor& tensor) {
  std::string text;
  for (const T number : tensor.as<T>()) {
    text += fmt::format("{}{}", text.empty() ? "" : ",", static_cast<int64_t>(number));
  }
  return text;
}

// The elements as --value takes them; nothing for types that decide no structure.
std::string numbers_of(const Tensor& tensor) {
  switch (tensor.dtype) {
    case TENON_I64:
      return numbers<int64_t>(tensor);
    case TENON_I32:
      return numbers<int32_t>(tensor);
    case TENON_BOOL:
      return numbers<uint8_t>(tensor);
    default:
      return {};
  }
}

}  // namespace

std::string_view input_to_fix(std::string_view message) {
  const size_t end = message.find("\") must be constant, it is known only at run time");
  if (end == std::string_view::npos) return {};
  const size_t begin = message.rfind("(\"", end);
  return begin == std::string_view::npos ? std::string_view()
                                         : message.substr(begin + 2, end - begin - 2);
}

Result<FixedModel> load_fixed(const Engine& engine, const std::string& path,
                              std::vector<Tensor>& inputs) {
  Options options;
  std::string fixed;
  // Each failure names one more input, so this ends.
  while (true) {
    auto model = attempt([&] { return engine.load(path, options, interrupted()); });
    if (model.ok()) return FixedModel{std::move(*model), std::move(fixed)};
    const std::string_view name = input_to_fix(model.status().message());
    const auto found = std::ranges::find(inputs, name, &Tensor::name);
    if (name.empty() || found == inputs.end()) return model.status();
    const std::string elements = numbers_of(*found);
    const bool is_data = std::ranges::count(elements, ',') >= static_cast<int64_t>(most_elements);
    if ((elements.empty() && !found->data.empty()) || is_data) return model.status();
    options.emplace_back("value." + found->name, elements);
    fixed += (fixed.empty() ? "" : ", ") + found->name;
    inputs.erase(found);
  }
}

}  // namespace tenon::cli
