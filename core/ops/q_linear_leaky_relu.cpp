// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/quantize.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op q_linear_leaky_relu() {
  return {
      .name = "QLinearLeakyRelu",
      .domain = "com.microsoft",
      .doc = "LeakyRelu of a quantized tensor.",
      .inputs = {{"x", "i8|u8"},
                 {"x_scale", "f32"},
                 {"x_zero_point", "i8|u8", optional_operand},
                 {"y_scale", "f32"},
                 {"y_zero_point", "i8|u8", optional_operand}},
      .outputs = {{"y", "i8|u8"}},
      .attributes = {{"alpha", 0.01}},
      .infer = same_as_input,
      .element =
          [](ElementContext& c) {
            const Expr y = formula(
                c, "x < 0 ? alpha * x : x",
                {{"x", load_real(c, 0, 1, 2)}, {"alpha", c.real_number(c.real("alpha", 0.01))}});
            return store_quantized(c, y, 3, 4);
          },
      .samples = {{.inputs = {{.dims = {2, 3}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {}, .values = {0.02}},
                              {.dims = {}, .dtype = DType::u8, .values = {128}},
                              {.dims = {}, .values = {0.004}},
                              {.dims = {}, .dtype = DType::u8, .values = {128}}}}},
  };
}

}  // namespace tenon::ops
