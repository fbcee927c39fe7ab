// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/product_sizes.h"

#include <algorithm>

namespace tenon::reference {

Result<ProductSizes> product_sizes(const KernelSizes& sizes) {
  const std::span<const int64_t> a = sizes.input(0), b = sizes.input(1);
  if (a.empty() || b.empty()) return invalid("an operand of rank 0");
  ProductSizes made;
  made.inner = a.back();
  made.rows = a.size() > 1 ? a[a.size() - 2] : 1;
  made.columns = b.size() > 1 ? b.back() : 1;
  const int64_t b_inner = b.size() > 1 ? b[b.size() - 2] : b[0];
  if (b_inner != made.inner) return invalid("inner sizes {} and {} differ", made.inner, b_inner);
  const size_t vectors = (a.size() > 1 ? 1 : 0) + (b.size() > 1 ? 1 : 0);
  made.batch = sizes.output(0).first(sizes.output(0).size() - vectors);
  made.a = a.first(a.size() - std::min<size_t>(a.size(), 2));
  made.b = b.first(b.size() - std::min<size_t>(b.size(), 2));
  if (std::max(made.a.size(), made.b.size()) > made.batch.size()) {
    return invalid("ranks do not fit");
  }
  return made;
}

Result<std::vector<int64_t>> matrices_of(std::span<const int64_t> operand,
                                         std::span<const int64_t> output) {
  std::vector<int64_t> indices = {0};
  for (size_t axis = 0; axis < output.size(); ++axis) {
    const size_t missing = output.size() - operand.size();
    const int64_t extent = axis < missing ? 1 : operand[axis - missing];
    if (extent != 1 && extent != output[axis]) {
      return invalid("batch axis {} is {}, the output has {}", axis, extent, output[axis]);
    }
    std::vector<int64_t> finer;
    finer.reserve(indices.size() * static_cast<size_t>(output[axis]));
    for (const int64_t index : indices) {
      for (int64_t i = 0; i < output[axis]; ++i) {
        finer.push_back(index * extent + (extent == 1 ? 0 : i));
      }
    }
    indices = std::move(finer);
  }
  return indices;
}

}  // namespace tenon::reference
