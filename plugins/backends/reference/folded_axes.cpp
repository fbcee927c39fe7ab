// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/folded_axes.h"

#include <algorithm>

namespace tenon::reference {
namespace {

// The innermost axis of a list, when it is the tensor's innermost, becomes a vector.
int64_t take_vector(AxisList& axes) {
  if (axes.strides.empty() || axes.strides.back() != 1) return 1;
  const int64_t extent = axes.extents.back();
  axes.extents.pop_back();
  axes.strides.pop_back();
  return extent;
}

}  // namespace

Result<FoldedAxes> folded_axes(const KernelSizes& sizes) {
  FoldedAxes made;
  TENON_TRY_ASSIGN(made.fold, fold_named(sizes.node().attr_string("mode", "")));
  TENON_TRY_ASSIGN(const std::vector<int64_t> axes, sizes.ints("axes"));
  const std::span<const int64_t> dims = sizes.input(0);
  for (const int64_t axis : axes) {
    if (axis < 0 || axis >= static_cast<int64_t>(dims.size())) {
      return invalid("axis {} of a tensor of rank {}", axis, dims.size());
    }
  }
  std::vector<int64_t> strides(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;) {
    strides[i - 1] = wrapping_multiply(strides[i], std::max<int64_t>(dims[i], 1));
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    const bool folded = std::ranges::count(axes, static_cast<int64_t>(i)) > 0;
    if (folded || dims[i] != 1) (folded ? made.folded : made.kept).push(dims[i], strides[i]);
  }
  made.count = made.folded.count();
  const int64_t outputs = made.kept.count();
  if (outputs != sizes.output_elements(0)) {
    return invalid("output of {} elements, expected {}", sizes.output_elements(0), outputs);
  }
  made.width = take_vector(made.kept);
  made.length = made.width == 1 ? take_vector(made.folded) : 1;
  made.rows = outputs == 0 ? 0 : made.kept.count();
  return made;
}

}  // namespace tenon::reference
