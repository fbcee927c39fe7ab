// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/quantize.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_mul_integer() {
  const SampleInput q = {.dims = {2, 3}, .dtype = DType::u8, .low = 0, .high = 255};
  const SampleInput zero = {.dims = {}, .dtype = DType::u8, .values = {128}};
  return {
      .name = "MulInteger",
      .domain = "com.microsoft",
      .doc = "Products of quantized numbers without their zero points, in i32.",
      .inputs = {{"a", "i8|u8"},
                 {"a_zero_point", "i8|u8", optional_operand},
                 {"b", "i8|u8"},
                 {"b_zero_point", "i8|u8", optional_operand}},
      .outputs = {{"c", "i32"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, c.broadcast(c.dims(0), c.dims(2)));
        c.output(0, DType::i32, dims);
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        TENON_TRY_ASSIGN(const ValueId a, centered(c, c.input(0), c.input(1)));
        TENON_TRY_ASSIGN(const ValueId b, centered(c, c.input(2), c.input(3)));
        c.output(0, c.add("Mul", {a, b}));
        return {};
      },
      .samples = {{.inputs = {q, zero, q, zero}}},
  };
}

}  // namespace tenon::ops
