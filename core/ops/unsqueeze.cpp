// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<int64_t> given, c.constants(1));
  const int64_t rank = c.rank(0) + static_cast<int64_t>(given.size());
  TENON_TRY_ASSIGN(const std::vector<int64_t> axes, sorted_axes(given, rank));
  std::vector<Expr> dims;
  for (int64_t axis = 0, from = 0; axis < rank; ++axis) {
    const bool added = std::ranges::binary_search(axes, axis);
    dims.push_back(added ? c.number(1) : c.dim(0, from));
    if (!added) ++from;
  }
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op unsqueeze() {
  return {
      .name = "Unsqueeze",
      .doc = "With an axis of size 1 at each of the given places of the output.",
      .inputs = {{"data"}, {"axes", "i64"}},
      .outputs = {{"expanded"}},
      .infer = infer,
      .shape_operands = {1},
      .element = [](ElementContext& c) { return c.load_linear(0, c.pool().linear()); },
      .samples = {{.inputs = {{.dims = {2, 3}},
                              {.dims = {2}, .dtype = DType::i64, .values = {0, -1}}}}},
  };
}

}  // namespace tenon::ops
