// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"

#include "tenon/strip_vm.h"

namespace tenon {

Result<const HostTensor*> HostContext::tensor_input(size_t i) const {
  if (!has(i)) return invalid("input {} is missing", i);
  if (input(i).is_tensor()) return &input(i).tensor;
  return invalid("input {}: {}, expected a tensor", i, describe(input(i)));
}

Result<const HostValue*> HostContext::sequence_input(size_t i) const {
  if (!has(i)) return invalid("input {} is missing", i);
  if (input(i).wrap == Wrap::sequence) return &input(i);
  return invalid("input {}: {}, expected a sequence", i, describe(input(i)));
}

Result<std::vector<int64_t>> HostContext::integer_input(size_t i) const {
  TENON_TRY_ASSIGN(const HostTensor* tensor, tensor_input(i));
  if (!is_integer(tensor->dtype) && tensor->dtype != DType::boolean) {
    return invalid("input {}: type {}, expected integers", i, name_of(tensor->dtype));
  }
  std::vector<int64_t> elements(static_cast<size_t>(tensor->elements()));
  for (size_t at = 0; at < elements.size(); ++at) {
    elements[at] = load_integer(tensor->data.get(), tensor->dtype, static_cast<int64_t>(at));
  }
  return elements;
}

Result<std::vector<std::string_view>> HostContext::text_input(size_t i) const {
  TENON_TRY_ASSIGN(const HostTensor* tensor, tensor_input(i));
  if (tensor->dtype != DType::string) {
    return invalid("input {}: type {}, expected texts", i, name_of(tensor->dtype));
  }
  const auto* numbers = reinterpret_cast<const int32_t*>(tensor->data.get());
  std::vector<std::string_view> texts(static_cast<size_t>(tensor->elements()));
  for (size_t at = 0; at < texts.size(); ++at) texts[at] = strings_.text(numbers[at]);
  return texts;
}

Result<HostTensor> HostContext::text_tensor(std::vector<int64_t> dims,
                                            std::span<const std::string> texts) const {
  TENON_TRY_ASSIGN(HostTensor tensor, make_tensor(DType::string, std::move(dims)));
  if (tensor.elements() != static_cast<int64_t>(texts.size())) {
    return internal_error("{} texts for {} elements", texts.size(), tensor.elements());
  }
  auto* numbers = reinterpret_cast<int32_t*>(tensor.data.get());
  for (size_t at = 0; at < texts.size(); ++at) numbers[at] = strings_.add(texts[at]);
  return tensor;
}

}  // namespace tenon
