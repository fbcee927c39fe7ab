// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/constants.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <utility>

namespace tenon::ops {
namespace {

template <class T>
ValueId add_constant(ExpandContext& c, DType dtype, std::vector<int64_t> dims,
                     const std::vector<T>& elements) {
  auto bytes = std::make_shared<std::vector<std::byte>>(elements.size() * element_bytes(dtype));
  for (size_t i = 0; i < elements.size(); ++i) {
    const auto place = static_cast<int64_t>(i);
    if (is_float(dtype)) {
      store_float(bytes->data(), dtype, place, static_cast<double>(elements[i]));
    } else {
      store_integer(bytes->data(), dtype, place, static_cast<int64_t>(elements[i]));
    }
  }
  auto made = std::make_shared<Constant>();
  made->dtype = dtype;
  made->dims = std::move(dims);
  made->bytes = *bytes;
  made->owner = std::move(bytes);
  return c.graph().add_constant("", std::move(made));
}

Status check_numbers(const Constant& tensor, std::string_view name) {
  if (is_float(tensor.dtype) || is_integer(tensor.dtype)) return {};
  return invalid("attribute {}: elements of type {}, expected numbers", name,
                 name_of(tensor.dtype));
}

}  // namespace

ValueId constant(ExpandContext& c, DType dtype, std::vector<int64_t> dims,
                 const std::vector<double>& elements) {
  return add_constant(c, dtype, std::move(dims), elements);
}

ValueId constant(ExpandContext& c, DType dtype, std::vector<int64_t> dims,
                 const std::vector<int64_t>& elements) {
  return add_constant(c, dtype, std::move(dims), elements);
}

Result<std::vector<double>> reals_of(const NodeContext& c, std::string_view name) {
  const Constant* tensor = c.tensor(name);
  if (tensor == nullptr) return c.reals(name, {});
  TENON_TRY(check_numbers(*tensor, name));
  std::vector<double> numbers(static_cast<size_t>(tensor->elements()));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = load_float(tensor->bytes.data(), tensor->dtype, static_cast<int64_t>(i));
  }
  return numbers;
}

Result<std::vector<int64_t>> integers_of(const NodeContext& c, std::string_view name) {
  const Constant* tensor = c.tensor(name);
  if (tensor == nullptr) return c.integers(name, {});
  TENON_TRY(check_numbers(*tensor, name));
  std::vector<int64_t> numbers(static_cast<size_t>(tensor->elements()));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = load_integer(tensor->bytes.data(), tensor->dtype, static_cast<int64_t>(i));
  }
  return numbers;
}

}  // namespace tenon::ops
