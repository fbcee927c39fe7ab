// SPDX-License-Identifier: Apache-2.0
// Sparse tensors become dense weights: the graph has no other kind.
#include "weights.h"

#include <cstring>

namespace tenon::onnx {

Result<std::vector<uint64_t>> Weights::linear_indices(const SparseTensor& tensor, uint64_t count) {
  const Tensor& indices = tensor.indices;
  const size_t rank = tensor.dims.size();
  TENON_TRY_ASSIGN(const Extents extents, this->extents(indices.dtype, indices.dims));
  const bool by_axis = indices.dims.size() == 2;
  if (extents.dtype != DType::i64 || indices.dims.empty() || indices.dims.size() > 2 ||
      static_cast<uint64_t>(indices.dims[0]) != count ||
      (by_axis && static_cast<size_t>(indices.dims[1]) != rank)) {
    return corrupt("sparse indices must be i64 of shape [{}] or [{}, {}]", count, count, rank);
  }
  TENON_TRY_ASSIGN(const Place place, this->place(indices, extents));
  TENON_TRY_ASSIGN(const Extents whole, this->extents(tensor.values.dtype, tensor.dims));
  const auto entry = [&](uint64_t i) {
    int64_t value = 0;
    std::memcpy(&value, place.bytes.data() + i * 8, 8);
    return value;
  };
  std::vector<uint64_t> linear;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t index = 0;
    if (!by_axis) {
      index = static_cast<uint64_t>(entry(i));
    } else {
      for (size_t axis = 0; axis < rank; ++axis) {
        const int64_t at = entry(i * rank + axis);
        if (at < 0 || at >= tensor.dims[axis]) {
          return corrupt("sparse index {} on axis {}, its extent is {}", at, axis,
                         tensor.dims[axis]);
        }
        index = index * static_cast<uint64_t>(tensor.dims[axis]) + static_cast<uint64_t>(at);
      }
    }
    if (index >= whole.elements) {
      return corrupt("sparse index {}, there are {} elements", index, whole.elements);
    }
    if (!linear.empty() && index <= linear.back()) {
      return corrupt("sparse indices do not increase at entry {}", i);
    }
    linear.push_back(index);
  }
  return linear;
}

Result<ValueId> Weights::value(const SparseTensor& tensor, Text name) {
  if (const auto known = made_.find(&tensor); known != made_.end()) return known->second;
  TENON_TRY_ASSIGN(const Extents whole, extents(tensor.values.dtype, tensor.dims));
  TENON_TRY_ASSIGN(const Extents part, extents(tensor.values.dtype, tensor.values.dims));
  if (tensor.values.dims.size() != 1 || part.elements > whole.elements) {
    return corrupt(
        "sparse tensor \"{}\": {} values in a list of rank {}, expected rank 1 and at "
        "most {}",
        name, part.elements, tensor.values.dims.size(), whole.elements);
  }
  TENON_TRY_ASSIGN(const Place values, place(tensor.values, part));
  TENON_TRY_ASSIGN(const std::vector<uint64_t> indices, linear_indices(tensor, part.elements));
  std::byte* data = nullptr;
  TENON_TRY_ASSIGN(const Place place, host_.block(whole.dense, &data));
  const size_t width = element_bytes(whole.dtype);
  for (size_t i = 0; i < indices.size(); ++i) {
    std::memcpy(data + indices[i] * width, values.bytes.data() + i * width, width);
  }
  TENON_TRY_ASSIGN(const ValueId value, host_.weight(name, whole.dtype, tensor.dims, place));
  made_.emplace(&tensor, value);
  return value;
}

}  // namespace tenon::onnx
