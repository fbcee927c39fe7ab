// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/products.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_gemm_fast_gelu() {
  return {
      .name = "GemmFastGelu",
      .domain = "com.microsoft",
      .doc = "FastGelu of a product and a bias.",
      .inputs = {{"x", "float"}, {"w", "float"}, {"bias", "float", optional_operand}},
      .outputs = {{"y", "float"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, product_dims(c, c.dims(0), c.dims(1)));
        c.output(0, c.dtype(0), dims);
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        const ValueId operands[] = {c.add("MatMul", {c.input(0), c.input(1)}), c.input(2)};
        c.output(0, c.add_many("FastGelu", operands, {}, 1, "com.microsoft").front());
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 4}}, {.dims = {4, 5}}, {.dims = {5}}}}},
  };
}

}  // namespace tenon::ops
