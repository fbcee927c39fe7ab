// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_scaled_si_lu() {
  return {
      .name = "ScaledSiLU",
      .domain = "com.microsoft",
      .doc = "z * sigmoid(z) for z = scale * x; the scale is an input or attribute alpha.",
      .inputs = {{"x", "float"}, {"scale", "float", optional_operand}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 1.0}},
      .infer = same_as_input,
      .element =
          [](ElementContext& c) {
            const Expr x = c.load(0);
            const Expr scale = c.has(1) ? c.load_linear(1, c.number(0))
                                        : c.real_number(c.real("alpha", 1), x.type());
            const Expr z = x * scale;
            const Expr one = c.real_number(1, z.type());
            return z / (one + c.pool().unary(TENON_EXPR_EXP, -z));
          },
      .samples = {{.inputs = {{.dims = {2, 5}}}, .attributes = {{"alpha", 0.5}}},
                  {.inputs = {{.dims = {2, 5}}, {.dims = {}, .values = {1.5}}}}},
  };
}

}  // namespace tenon::ops
