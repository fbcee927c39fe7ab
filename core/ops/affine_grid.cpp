// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// The output place in [-1, 1] along spatial axis `axis`.
Expr place(ElementContext& c, int64_t axis) {
  const Expr size = c.pool().cast(c.output_dim(axis + 1), Type::f32);
  const Expr at = c.pool().cast(c.coordinate(axis + 1), Type::f32);
  return formula(c,
                 c.integer("align_corners", 0) != 0 ? "size == 1 ? 0.0 : 2 * at / (size - 1) - 1"
                                                    : "(2 * at + 1) / size - 1",
                 {{"size", size}, {"at", at}});
}

Expr element(ElementContext& c) {
  const int64_t spatial = c.rank(1) == 1 ? c.output_rank() - 2 : 0;
  const Expr batch = c.coordinate(0);
  const Expr row = c.coordinate(-1);
  Expr sum = c.load(0, {batch, row, c.number(spatial)});
  for (int64_t axis = 0; axis < spatial; ++axis) {
    // The first column of theta belongs to the last axis.
    sum = sum + c.load(0, {batch, row, c.number(spatial - 1 - axis)}) * place(c, axis);
  }
  return sum;
}

}  // namespace

Op affine_grid() {
  return {
      .name = "AffineGrid",
      .doc = "Sampling places of GridSample under the affine maps theta.",
      .inputs = {{"theta", "float"}, {"size", "i64"}},
      .outputs = {{"grid", "float"}},
      .attributes = {{"align_corners", 0}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> size, c.values(1));
        if (size.size() != 4 && size.size() != 5) {
          return invalid("a size of {} axes, expected 4 or 5", size.size());
        }
        const auto spatial = static_cast<int64_t>(size.size()) - 2;
        if (c.rank(0) != 3) return invalid("theta of rank {}, expected 3", c.rank(0));
        TENON_TRY(c.require_equal(c.dim(0, 1), c.number(spatial), "rows of theta"));
        TENON_TRY(c.require_equal(c.dim(0, 2), c.number(spatial + 1), "columns of theta"));
        std::vector<Expr> dims = {size[0]};
        dims.insert(dims.end(), size.begin() + 2, size.end());
        dims.push_back(c.number(spatial));
        c.output(0, c.dtype(0), dims);
        return {};
      },
      .shape_operands = {1},
      .element = element,
      .samples = {{.inputs = {{.dims = {2, 2, 3}},
                              {.dims = {4}, .dtype = DType::i64, .values = {2, 3, 4, 5}}}}},
  };
}

}  // namespace tenon::ops
