// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"

// Index arithmetic of dense row-major tensors. Products may wrap only where another extent is 0.
namespace tenon::reference {

// Some axes of a tensor: walking them in order visits `count()` places.
struct AxisList {
  std::vector<int64_t> extents;
  std::vector<int64_t> strides;  // in elements of the tensor

  int64_t count() const {
    int64_t product = 1;
    for (const int64_t extent : extents) product = wrapping_multiply(product, extent);
    return product;
  }
  // Offset of the flat-th combination, last axis fastest.
  int64_t offset(int64_t flat) const {
    int64_t sum = 0;
    for (size_t i = extents.size(); i-- > 0;) {
      sum += flat % extents[i] * strides[i];
      flat /= extents[i];
    }
    return sum;
  }
  // Adds an axis after the others; one that continues the last axis is joined with it.
  void push(int64_t extent, int64_t stride) {
    if (!extents.empty() && strides.back() == stride * extent) {
      extents.back() *= extent;
      strides.back() = stride;
      return;
    }
    extents.push_back(extent);
    strides.push_back(stride);
  }
};

// A tensor seen from one axis: [outer, extent, inner].
struct AxisSplit {
  int64_t outer = 1;
  int64_t extent = 1;
  int64_t inner = 1;
};

inline AxisSplit split_at(std::span<const int64_t> dims, size_t axis) {
  AxisSplit split;
  for (size_t i = 0; i < axis; ++i) split.outer = wrapping_multiply(split.outer, dims[i]);
  split.extent = dims[axis];
  for (size_t i = axis + 1; i < dims.size(); ++i) {
    split.inner = wrapping_multiply(split.inner, dims[i]);
  }
  return split;
}

// The attribute "axis", checked against the rank of input 0.
inline Result<size_t> axis_of(const KernelSizes& sizes) {
  const auto rank = static_cast<int64_t>(sizes.input(0).size());
  const int64_t axis = sizes.node().attr_int("axis", 0);
  if (axis < 0 || axis >= rank) return invalid("axis {} of a tensor of rank {}", axis, rank);
  return static_cast<size_t>(axis);
}

}  // namespace tenon::reference
