// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/quantize.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op q_linear_mul() {
  const SampleInput q = {.dims = {2, 3}, .dtype = DType::u8, .low = 0, .high = 255};
  const SampleInput scale = {.dims = {}, .values = {0.02}};
  const SampleInput zero = {.dims = {}, .dtype = DType::u8, .values = {128}};
  return {
      .name = "QLinearMul",
      .domain = "com.microsoft",
      .doc = "Product of quantized tensors.",
      .inputs = {{"a", "i8|u8"},
                 {"a_scale", "f32"},
                 {"a_zero_point", "i8|u8", optional_operand},
                 {"b", "i8|u8"},
                 {"b_scale", "f32"},
                 {"b_zero_point", "i8|u8", optional_operand},
                 {"c_scale", "f32"},
                 {"c_zero_point", "i8|u8", optional_operand}},
      .outputs = {{"c", "i8|u8"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, c.broadcast(c.dims(0), c.dims(3)));
        c.output(0, c.dtype(0), dims);
        return {};
      },
      .element =
          [](ElementContext& c) {
            return store_quantized(c, load_real(c, 0, 1, 2) * load_real(c, 3, 4, 5), 6, 7);
          },
      .samples = {{.inputs = {q, scale, zero, q, scale, zero, scale, zero}}},
  };
}

}  // namespace tenon::ops
