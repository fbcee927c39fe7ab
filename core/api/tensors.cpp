// SPDX-License-Identifier: Apache-2.0
#include "core/api/tensors.h"

#include "core/base/border.h"

namespace tenon {

std::vector<InputTensor> input_tensors(const tenon_host_tensor* tensors, uint64_t count) {
  std::vector<InputTensor> made;
  for (uint64_t i = 0; i < count; ++i) {
    const tenon_host_tensor& tensor = tensors[i];
    made.push_back({to_view(tensor.name),
                    static_cast<DType>(tensor.dtype),
                    {tensor.dims, static_cast<size_t>(tensor.rank)},
                    {static_cast<const std::byte*>(tensor.data), tensor.bytes}});
  }
  return made;
}

tenon_host_tensor view_of(const HostTensor& tensor) {
  return {sizeof(tenon_host_tensor), static_cast<uint32_t>(tensor.dtype), to_str(tensor.name),
          tensor.dims.data(),        tensor.dims.size(),                  tensor.data.get(),
          tensor.bytes};
}

Status send_values(const Graph& graph, std::span<const ValueId> values,
                   std::span<const std::string> names, const tenon_tensor_sink& sink) {
  for (size_t i = 0; i < values.size(); ++i) {
    const Value& value = graph.value(values[i]);
    std::vector<int64_t> dims;
    for (const Expr& size : value.dims) dims.push_back(size.is_constant() ? size.constant() : -1);
    const std::string& name = i < names.size() ? names[i] : value.name;
    const tenon_host_tensor view = {sizeof(tenon_host_tensor),
                                    static_cast<uint32_t>(value.dtype),
                                    to_str(name),
                                    dims.data(),
                                    dims.size(),
                                    nullptr,
                                    0};
    const tenon_status code = sink.tensor(sink.context, &view);
    if (code != TENON_OK) return take_failure(code);
  }
  return {};
}

}  // namespace tenon
