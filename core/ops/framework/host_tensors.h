// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <span>
#include <vector>

// Moving parts of tensors on the host, for operators that run there.
namespace tenon::ops {

// Elements [begin, end) of an axis.
Result<HostTensor> part_of(const HostTensor& tensor, size_t axis, int64_t begin, int64_t end);
// The same elements without an axis whose extent is 1.
HostTensor without_axis(HostTensor tensor, size_t axis);
// Tensors alike but for the extent of the axis, one behind the other. Not for an empty list.
Result<HostTensor> joined(std::span<const HostTensor> parts, size_t axis);
// The tensor with zeros behind it along the axis, up to the extent.
Result<HostTensor> padded(const HostTensor& tensor, size_t axis, int64_t extent);
// Tensors alike, side by side along a new axis.
Result<HostTensor> stacked(std::span<const HostTensor> parts, size_t axis);

// Along an axis, the elements at these places, which must be inside.
Result<HostTensor> picked(const HostTensor& tensor, size_t axis, std::span<const int64_t> places);

Result<HostTensor> scalar_tensor(DType dtype, int64_t value);
Result<HostTensor> integer_tensor(DType dtype, std::vector<int64_t> dims,
                                  std::span<const int64_t> elements);
// The element of a tensor that has one.
Result<int64_t> scalar_input(const HostContext& c, size_t i);
Result<int64_t> scalar_input(const HostContext& c, size_t i, int64_t otherwise);
// The same of floats, or `otherwise` where the input is omitted.
Result<double> real_input(const HostContext& c, size_t i, double otherwise);
// axis in [-rank, rank) as one in [0, rank).
Result<size_t> axis_in(int64_t axis, size_t rank);

}  // namespace tenon::ops
