// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/products.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_mat_mul_integer16() {
  const auto matrix = [](std::vector<int64_t> dims) {
    return SampleInput{.dims = std::move(dims), .dtype = DType::i16, .low = -300, .high = 300};
  };
  return {
      .name = "MatMulInteger16",
      .domain = "com.microsoft",
      .doc = "Product of matrices of 16-bit integers, in 32 bits.",
      .inputs = {{"a", "i16|u16"}, {"b", "i16|u16"}},
      .outputs = {{"y", "i32|u32"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, product_dims(c, c.dims(0), c.dims(1)));
        const bool is_signed = c.dtype(0) == DType::i16 || c.dtype(1) == DType::i16;
        c.output(0, is_signed ? DType::i32 : DType::u32, dims);
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        const bool is_signed = c.dtype(0) == DType::i16 || c.dtype(1) == DType::i16;
        const DType dtype = is_signed ? DType::i32 : DType::u32;
        c.output(0, c.add("MatMul", {c.cast(c.input(0), dtype), c.cast(c.input(1), dtype)}));
        return {};
      },
      .samples = {{.inputs = {matrix({2, 3, 4}), matrix({4, 5})}}},
  };
}

}  // namespace tenon::ops
