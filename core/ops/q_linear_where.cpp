// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/quantize.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op q_linear_where() {
  const SampleInput q = {.dims = {2, 3}, .dtype = DType::u8, .low = 0, .high = 255};
  const SampleInput scale = {.dims = {}, .values = {0.02}};
  const SampleInput zero = {.dims = {}, .dtype = DType::u8, .values = {128}};
  return {
      .name = "QLinearWhere",
      .domain = "com.microsoft",
      .doc = "Elements of one of two quantized tensors, by a condition.",
      .inputs = {{"condition", "bool"},
                 {"x", "i8|u8"},
                 {"x_scale", "f32"},
                 {"x_zero_point", "i8|u8"},
                 {"y", "i8|u8"},
                 {"y_scale", "f32"},
                 {"y_zero_point", "i8|u8"},
                 {"z_scale", "f32"},
                 {"z_zero_point", "i8|u8"}},
      .outputs = {{"z", "i8|u8"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(std::vector<Expr> dims, c.broadcast(c.dims(1), c.dims(4)));
        TENON_TRY_ASSIGN(dims, c.broadcast(dims, c.dims(0)));
        c.output(0, c.dtype(1), dims);
        return {};
      },
      .element =
          [](ElementContext& c) {
            const Expr real = select(c.load(0), load_real(c, 1, 2, 3), load_real(c, 4, 5, 6));
            return store_quantized(c, real, 7, 8);
          },
      .samples = {{.inputs = {{.dims = {2, 1}, .dtype = DType::boolean},
                              q,
                              scale,
                              zero,
                              q,
                              scale,
                              zero,
                              scale,
                              zero}}},
  };
}

}  // namespace tenon::ops
