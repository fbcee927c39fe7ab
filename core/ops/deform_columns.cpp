// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// Output places of the convolution, from the offsets: one pair for each place of the window.
Status infer(InferContext& c) {
  if (c.rank(0) != 4 || c.rank(1) != 4) {
    return unsupported("data of rank {} and offsets of rank {}, expected 4", c.rank(0), c.rank(1));
  }
  const std::vector<Expr> kernel = c.sizes("kernel_shape");
  if (kernel.size() != 2) return invalid("a window of {} axes, expected 2", kernel.size());
  TENON_TRY_ASSIGN(const std::vector<Expr> out, slide(c, c.dims(0), kernel));
  const Expr taps = kernel[0] * kernel[1];
  const int64_t groups = c.integer("offset_group", 1);
  if (groups < 1) return invalid("offset_group is {}, expected at least 1", groups);
  TENON_TRY(c.require_equal(c.dim(1, 1), taps * (2 * groups), "offsets and places of the window"));
  TENON_TRY(c.require_equal(c.dim(1, 2), out[0], "rows of the offsets"));
  TENON_TRY(c.require_equal(c.dim(1, 3), out[1], "columns of the offsets"));
  TENON_TRY(c.require(c.dim(0, 1) % groups == 0, "offset_group divides the channels"));
  c.set("offset_group", groups);
  c.output(0, c.dtype(0), {c.dim(0, 0), c.dim(0, 1), taps, out[0], out[1]});
  return {};
}

// Where on axis `axis` of the data the output element looks, as a number.
Expr place(ElementContext& c, size_t axis, Expr tap, Expr offset) {
  const Expr out = c.coordinate(static_cast<int64_t>(axis) + 3);
  const Expr start =
      out * c.sizes("strides")[axis] - c.sizes("pads")[axis] + tap * c.sizes("dilations")[axis];
  return c.pool().cast(start, offset.type()) + offset;
}

Expr element(ElementContext& c) {
  const Expr tap = c.coordinate(2);
  const Expr columns = c.sizes("kernel_shape")[1];
  const Expr taps = c.output_dim(2);
  const Expr group = c.coordinate(1) / (c.dim(0, 1) / c.integer("offset_group", 1));
  const Expr entry = group * taps + tap;
  const auto offset = [&](int64_t which) {
    return c.load(1, {c.coordinate(0), entry * 2 + which, c.coordinate(3), c.coordinate(4)});
  };
  const Expr y = place(c, 0, tap / columns, offset(0));
  const Expr x = place(c, 1, tap % columns, offset(1));
  const Expr top = c.pool().unary(TENON_EXPR_FLOOR, y);
  const Expr left = c.pool().unary(TENON_EXPR_FLOOR, x);
  const Expr down = y - top;
  const Expr right = x - left;
  Expr sum;
  for (int64_t corner = 0; corner < 4; ++corner) {
    const bool lower = corner / 2 == 1;
    const bool second = corner % 2 == 1;
    const Expr row = as_index(top) + corner / 2;
    const Expr column = as_index(left) + corner % 2;
    const Expr inside = row >= 0 && row < c.dim(0, 2) && column >= 0 && column < c.dim(0, 3);
    const Expr one = c.real_number(1, y.type());
    const Expr weight = (lower ? down : one - down) * (second ? right : one - right);
    const Expr part =
        c.load(0, {c.coordinate(0), c.coordinate(1), row, column}, inside, Expr()) * weight;
    sum = sum.valid() ? sum + part : part;
  }
  if (!c.has(2)) return sum;
  return sum * c.load(2, {c.coordinate(0), entry, c.coordinate(3), c.coordinate(4)});
}

}  // namespace

Op deform_columns() {
  return {
      .name = "DeformColumns",
      .doc = "For each channel and place of the window, the data where DeformConv looks.",
      .inputs = {{"x", "float"}, {"offset", "float"}, {"mask", "float", optional_operand}},
      .outputs = {{"columns", "float"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {1, 2, 4, 4}}, {.dims = {1, 8, 3, 3}}},
                   .attributes = {{"kernel_shape", std::vector<int64_t>{2, 2}}}}},
  };
}

}  // namespace tenon::ops
