// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/resample.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

struct Kernel {
  ResizeAxis axis;
  Expr shrink;  // min(scale, 1), f32: the kernel is stretched where the axis shrinks
  Expr margin;  // places before and after the axis that the kernel reaches, i64
};

Result<Kernel> kernel(const NodeContext& c) {
  TENON_TRY_ASSIGN(const std::vector<ResizeAxis> axes, resize_axes(c));
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
  Kernel k;
  k.axis = axes[static_cast<size_t>(axis)];
  if (!k.axis.resized()) return invalid("axis {} keeps its size", axis);
  const Expr one = f32_number(c.pool(), 1);
  k.shrink = c.integer("antialias", 0) != 0 ? minimum(k.axis.scale, one) : one;
  k.margin = c.number(0);
  if (c.integer("exclude_outside", 0) == 0) {
    const double support = c.text("mode", "linear") == "cubic" ? 2 : 1;
    const Expr reach = f32_number(c.pool(), support) / k.shrink;
    k.margin = as_index(c.pool().unary(TENON_EXPR_CEIL, reach)) + 1;
  }
  return k;
}

Expr element(ElementContext& c) {
  const Result<Kernel> k = kernel(c);
  if (!k.ok()) return c.fail(k.status());
  ExprPool& pool = c.pool();
  const Expr from = pool.cast(c.coordinate(0) - k->margin, Type::f32);
  const Expr to = source_position(c, k->axis, pool.cast(c.coordinate(1), Type::f32));
  const Expr distance = (from - to) * k->shrink;
  if (c.text("mode", "linear") == "linear") return linear_weight(distance);
  return cubic_weight(distance, c.real("cubic_coeff_a", -0.75));
}

}  // namespace

Op resize_weights() {
  return {
      .name = "ResizeWeights",
      .doc =
          "The matrix by which Resize resizes one axis: rows are places of the input "
          "with a margin, columns places of the output.",
      .inputs = {{"x"},
                 {"roi", "float", optional_operand},
                 {"scales", "f32", optional_operand},
                 {"sizes", "i32|i64", optional_operand}},
      .outputs = {{"weights", "f32"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const Kernel k, kernel(c));
        c.output(0, DType::f32, {k.axis.in + k.margin * 2, k.axis.out});
        return {};
      },
      .shape_operands = {1, 2, 3},
      .element = element,
      .samples =
          {{.inputs = {{.dims = {1, 8}}, {.omitted = true}, {.dims = {2}, .values = {1, 0.5}}},
            .attributes = {{"axis", 1}, {"mode", "linear"}}}},
  };
}

}  // namespace tenon::ops
