// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"

#include "tenon/strip_vm.h"

#include <cstring>

namespace tenon::ops {
namespace {

// A tensor seen from one axis: `outer` blocks of `extent` rows of `row` bytes.
struct Rows {
  uint64_t outer = 1, extent = 1, row = 1;

  Rows(const HostTensor& tensor, size_t axis) : row(element_bytes(tensor.dtype)) {
    for (size_t i = 0; i < tensor.dims.size(); ++i) {
      const auto size = static_cast<uint64_t>(tensor.dims[i]);
      if (i < axis) {
        outer *= size;
      } else if (i > axis) {
        row *= size;
      } else {
        extent = size;
      }
    }
  }
};

}  // namespace

Result<HostTensor> part_of(const HostTensor& tensor, size_t axis, int64_t begin, int64_t end) {
  std::vector<int64_t> dims = tensor.dims;
  dims[axis] = end - begin;
  TENON_TRY_ASSIGN(HostTensor part, make_tensor(tensor.dtype, std::move(dims)));
  const Rows rows(tensor, axis);
  const uint64_t bytes = static_cast<uint64_t>(end - begin) * rows.row;
  if (bytes == 0) return part;
  for (uint64_t o = 0; o < rows.outer; ++o) {
    const std::byte* from =
        tensor.data.get() + (o * rows.extent + static_cast<uint64_t>(begin)) * rows.row;
    std::memcpy(part.data.get() + o * bytes, from, bytes);
  }
  return part;
}

HostTensor without_axis(HostTensor tensor, size_t axis) {
  tensor.dims.erase(tensor.dims.begin() + static_cast<ptrdiff_t>(axis));
  return tensor;
}

Result<HostTensor> joined(std::span<const HostTensor> parts, size_t axis) {
  std::vector<int64_t> dims = parts.front().dims;
  dims[axis] = 0;
  for (const HostTensor& part : parts) {
    bool alike = part.dtype == parts.front().dtype && part.dims.size() == dims.size();
    for (size_t i = 0; alike && i < dims.size(); ++i) {
      alike = i == axis || part.dims[i] == dims[i];
    }
    if (!alike) {
      return invalid("{} cannot be joined to {} along axis {}", describe(HostValue::of(part)),
                     describe(HostValue::of(parts.front())), axis);
    }
    dims[axis] += part.dims[axis];
  }
  TENON_TRY_ASSIGN(HostTensor whole, make_tensor(parts.front().dtype, std::move(dims)));
  const Rows to(whole, axis);
  uint64_t offset = 0;
  for (const HostTensor& part : parts) {
    const Rows from(part, axis);
    const uint64_t bytes = from.extent * from.row;
    for (uint64_t o = 0; bytes > 0 && o < from.outer; ++o) {
      std::memcpy(whole.data.get() + o * to.extent * to.row + offset, part.data.get() + o * bytes,
                  bytes);
    }
    offset += bytes;
  }
  return whole;
}

Result<HostTensor> padded(const HostTensor& tensor, size_t axis, int64_t extent) {
  std::vector<int64_t> dims = tensor.dims;
  dims[axis] = extent - dims[axis];
  TENON_TRY_ASSIGN(const HostTensor zeros, make_tensor(tensor.dtype, std::move(dims)));
  if (zeros.bytes > 0) std::memset(zeros.data.get(), 0, zeros.bytes);
  const HostTensor parts[] = {tensor, zeros};
  return joined(parts, axis);
}

Result<HostTensor> stacked(std::span<const HostTensor> parts, size_t axis) {
  std::vector<HostTensor> rows(parts.begin(), parts.end());
  for (HostTensor& row : rows) row.dims.insert(row.dims.begin() + static_cast<ptrdiff_t>(axis), 1);
  return joined(rows, axis);
}

Result<HostTensor> picked(const HostTensor& tensor, size_t axis, std::span<const int64_t> places) {
  std::vector<int64_t> dims = tensor.dims;
  dims[axis] = static_cast<int64_t>(places.size());
  TENON_TRY_ASSIGN(HostTensor made, make_tensor(tensor.dtype, std::move(dims)));
  const Rows rows(tensor, axis);
  if (made.bytes == 0) return made;
  std::byte* to = made.data.get();
  for (uint64_t o = 0; o < rows.outer; ++o) {
    for (const int64_t place : places) {
      const uint64_t at = o * rows.extent + static_cast<uint64_t>(place);
      std::memcpy(to, tensor.data.get() + at * rows.row, rows.row);
      to += rows.row;
    }
  }
  return made;
}

Result<HostTensor> integer_tensor(DType dtype, std::vector<int64_t> dims,
                                  std::span<const int64_t> elements) {
  TENON_TRY_ASSIGN(HostTensor tensor, make_tensor(dtype, std::move(dims)));
  for (size_t i = 0; i < elements.size(); ++i) {
    store_integer(tensor.data.get(), dtype, static_cast<int64_t>(i), elements[i]);
  }
  return tensor;
}

Result<HostTensor> scalar_tensor(DType dtype, int64_t value) {
  TENON_TRY_ASSIGN(HostTensor tensor, make_tensor(dtype, {}));
  store_integer(tensor.data.get(), dtype, 0, value);
  return tensor;
}

Result<int64_t> scalar_input(const HostContext& c, size_t i) {
  TENON_TRY_ASSIGN(const std::vector<int64_t> elements, c.integer_input(i));
  if (elements.size() != 1) return invalid("input {}: {} elements, expected 1", i, elements.size());
  return elements.front();
}

Result<int64_t> scalar_input(const HostContext& c, size_t i, int64_t otherwise) {
  return c.has(i) ? scalar_input(c, i) : Result<int64_t>(otherwise);
}

Result<double> real_input(const HostContext& c, size_t i, double otherwise) {
  if (!c.has(i)) return otherwise;
  TENON_TRY_ASSIGN(const HostTensor* tensor, c.tensor_input(i));
  if (!is_float(tensor->dtype) || tensor->elements() != 1) {
    return invalid("input {}: {}, expected one float", i, describe(c.input(i)));
  }
  return load_float(tensor->data.get(), tensor->dtype, 0);
}

Result<size_t> axis_in(int64_t axis, size_t rank) {
  const auto count = static_cast<int64_t>(rank);
  if (axis < -count || axis >= count) {
    return invalid("axis {} is outside of a tensor of rank {}", axis, rank);
  }
  return static_cast<size_t>(axis < 0 ? axis + count : axis);
}

}  // namespace tenon::ops
