// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/quantize.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op q_linear_sigmoid() {
  return {
      .name = "QLinearSigmoid",
      .domain = "com.microsoft",
      .doc = "Sigmoid of a quantized tensor.",
      .inputs = {{"x", "i8|u8"},
                 {"x_scale", "f32"},
                 {"x_zero_point", "i8|u8", optional_operand},
                 {"y_scale", "f32"},
                 {"y_zero_point", "i8|u8", optional_operand}},
      .outputs = {{"y", "i8|u8"}},
      .infer = same_as_input,
      .element =
          [](ElementContext& c) {
            const Expr y = formula(c, "1 / (1 + exp(-x))", {{"x", load_real(c, 0, 1, 2)}});
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
