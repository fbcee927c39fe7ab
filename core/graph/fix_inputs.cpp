// SPDX-License-Identifier: Apache-2.0
#include "core/graph/fix_inputs.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace tenon {
namespace {

constexpr size_t most_elements = 1024;

template <class T>
Result<std::vector<T>> numbers(std::string_view name, std::string_view text) {
  std::vector<T> list;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto skip = [&] {
    while (at != end && (*at == ' ' || *at == ',')) ++at;
  };
  for (skip(); at != end; skip()) {
    T number{};
    const auto read = std::from_chars(at, end, number);
    if (read.ec != std::errc() || list.size() == most_elements) {
      return invalid("value of input \"{}\": \"{}\", expected at most {} numbers", name, text,
                     most_elements);
    }
    list.push_back(number);
    at = read.ptr;
  }
  return list;
}

// The dims of the input; the extent of a vector may be open.
Result<std::vector<int64_t>> dims_for(const Value& input, size_t count) {
  const auto given = static_cast<int64_t>(count);
  std::vector<int64_t> dims;
  int64_t product = 1;
  for (const Expr& dim : input.dims) {
    const bool open = !dim.is_constant() && input.dims.size() == 1;
    if (!dim.is_constant() && !open) {
      return unsupported("input \"{}\": its dims are not constant", input.name);
    }
    dims.push_back(open ? given : dim.constant());
    if (__builtin_mul_overflow(product, dims.back(), &product)) product = -1;
  }
  if (!input.ranked || product != given) {
    return invalid("value of input \"{}\": {} elements, expected {}", input.name, count,
                   input.ranked ? fmt::format("{}", product) : "a ranked input");
  }
  return dims;
}

Result<std::shared_ptr<const Constant>> constant_for(const Value& input, std::string_view text) {
  const bool is_number =
      is_float(input.dtype) || is_integer(input.dtype) || input.dtype == DType::boolean;
  if (!is_number) {
    return unsupported("input \"{}\" of type {} cannot be fixed", input.name, name_of(input.dtype));
  }
  auto bytes = std::make_shared<std::vector<std::byte>>();
  auto constant = std::make_shared<Constant>();
  constant->dtype = input.dtype;
  if (is_float(input.dtype)) {
    TENON_TRY_ASSIGN(const std::vector<double> list, numbers<double>(input.name, text));
    TENON_TRY_ASSIGN(constant->dims, dims_for(input, list.size()));
    bytes->resize(list.size() * element_bytes(input.dtype));
    for (size_t i = 0; i < list.size(); ++i) {
      store_float(bytes->data(), input.dtype, static_cast<int64_t>(i), list[i]);
    }
  } else {
    TENON_TRY_ASSIGN(const std::vector<int64_t> list, numbers<int64_t>(input.name, text));
    TENON_TRY_ASSIGN(constant->dims, dims_for(input, list.size()));
    bytes->resize(list.size() * element_bytes(input.dtype));
    for (size_t i = 0; i < list.size(); ++i) {
      store_integer(bytes->data(), input.dtype, static_cast<int64_t>(i), list[i]);
    }
  }
  constant->bytes = *bytes;
  constant->owner = std::move(bytes);
  return std::shared_ptr<const Constant>(std::move(constant));
}

}  // namespace

Status fix_inputs(Graph& graph, const std::map<std::string, std::string>& elements) {
  std::vector<ValueId>& inputs = graph.main().inputs;
  for (const auto& [name, text] : elements) {
    const auto found =
        std::ranges::find(inputs, name, [&](ValueId id) { return graph.value(id).name; });
    if (found == inputs.end()) {
      std::string names;
      for (const ValueId id : inputs) names += (names.empty() ? "" : ", ") + graph.value(id).name;
      return invalid("no input is named \"{}\"; the model's inputs are: {}", name, names);
    }
    Value& value = graph.value(*found);
    TENON_TRY_ASSIGN(value.constant, constant_for(value, text));
    value.kind = ValueKind::constant;
    value.dims.clear();
    for (const int64_t dim : value.constant->dims) value.dims.push_back(graph.exprs->integer(dim));
    inputs.erase(found);
  }
  return {};
}

}  // namespace tenon
