// SPDX-License-Identifier: Apache-2.0
#include "core/graph/host_value.h"

#include <fmt/ranges.h>

#include <cstdlib>

namespace tenon {

int64_t HostTensor::elements() const {
  int64_t product = 1;
  for (const int64_t extent : dims) product *= extent;
  return product;
}

Result<uint64_t> bytes_of(DType dtype, std::span<const int64_t> dims) {
  uint64_t bytes = element_bytes(dtype);
  bool empty = false;
  for (const int64_t extent : dims) {
    if (extent < 0) return invalid("a tensor of extent {}", extent);
    if (extent == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes)) {
      return no_memory("the number of bytes of a tensor overflows");
    }
  }
  return empty ? uint64_t{0} : bytes;
}

Result<HostTensor> make_tensor(DType dtype, std::vector<int64_t> dims) {
  HostTensor tensor;
  tensor.dtype = dtype;
  TENON_TRY_ASSIGN(tensor.bytes, bytes_of(dtype, dims));
  tensor.dims = std::move(dims);
  // Aligned for vector loads, and never empty so that the address exists.
  constexpr uint64_t line = 64;
  const uint64_t padded = (tensor.bytes + line - 1) / line * line + line;
  tensor.data.reset(static_cast<std::byte*>(std::aligned_alloc(line, padded)),
                    [](std::byte* p) { std::free(p); });
  if (!tensor.data) return no_memory("no memory for a tensor of {} bytes", tensor.bytes);
  return tensor;
}

HostTensor borrowed_tensor(DType dtype, std::vector<int64_t> dims,
                           std::span<const std::byte> data) {
  static std::byte nothing{};
  auto* begin = data.empty() ? &nothing : const_cast<std::byte*>(data.data());
  return {dtype, std::move(dims), std::shared_ptr<std::byte>(std::shared_ptr<void>(), begin),
          data.size()};
}

HostTensor tensor_of(const std::shared_ptr<const Constant>& constant) {
  HostTensor tensor = borrowed_tensor(constant->dtype, constant->dims, constant->bytes);
  tensor.data = std::shared_ptr<std::byte>(constant, tensor.data.get());
  return tensor;
}

std::string describe(const HostValue& value) {
  if (value.wrap == Wrap::optional) {
    return value.items.empty() ? "empty optional" : "optional " + describe(value.items.front());
  }
  if (value.wrap == Wrap::sequence) {
    return fmt::format("sequence of {} {}", value.items.size(), name_of(value.dtype));
  }
  if (value.wrap == Wrap::map) return "map";
  return fmt::format("{}[{}]", name_of(value.tensor.dtype), fmt::join(value.tensor.dims, ", "));
}

}  // namespace tenon
