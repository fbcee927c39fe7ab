// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/products.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.dtype(0) != c.dtype(1)) {
    return invalid("{} times {}, expected one type", name_of(c.dtype(0)), name_of(c.dtype(1)));
  }
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, product_dims(c, c.dims(0), c.dims(1)));
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op mat_mul() {
  return {
      .name = "MatMul",
      .doc = "Matrix product over the last two axes; leading axes broadcast.",
      .inputs = {{"a", "numeric"}, {"b", "numeric"}},
      .outputs = {{"y", "numeric"}},
      .infer = infer,
      .primitive = true,
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {5, 4}}}},
                  {.inputs = {{.dims = {2, 1, 3, 5}}, {.dims = {3, 5, 4}}}},
                  {.inputs = {{.dims = {5}}, {.dims = {2, 5, 4}}}},
                  {.inputs = {{.dims = {3, 5}, .dtype = DType::i32, .low = -9, .high = 9},
                              {.dims = {5}, .dtype = DType::i32, .low = -9, .high = 9}}}},
  };
}

}  // namespace tenon::ops
