// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(std::vector<Expr> sizes, c.values(1));
  std::vector<Expr> dims = c.dims(0);
  const size_t rank = std::max(sizes.size(), dims.size());
  sizes.insert(sizes.begin(), rank - sizes.size(), c.number(1));
  dims.insert(dims.begin(), rank - dims.size(), c.number(1));
  for (size_t i = 0; i < rank; ++i) {
    const Expr from = dims[i];
    dims[i] = broadcast_extent(from, sizes[i]);
    TENON_TRY(c.require(from == dims[i] || from == 1, "the input's sizes can be expanded"));
    TENON_TRY(c.require(sizes[i] == dims[i] || sizes[i] == 1, "the shape fits the input"));
  }
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op expand() {
  return {
      .name = "Expand",
      .doc = "The input broadcast to the shape; sizes of either may be 1.",
      .inputs = {{"input"}, {"shape", "i64"}},
      .outputs = {{"output"}},
      .infer = infer,
      .shape_operands = {1},
      .element = [](ElementContext& c) { return c.load(0); },
      .samples = {{.inputs = {{.dims = {3, 1}},
                              {.dims = {3}, .dtype = DType::i64, .values = {2, 1, 4}}}}},
  };
}

}  // namespace tenon::ops
