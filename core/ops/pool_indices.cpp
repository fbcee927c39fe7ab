// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op pool_indices() {
  return {
      .name = "PoolIndices",
      .doc = "Maxima of windows of the spatial axes, and the flat indices of their places in x.",
      .inputs = {{"x", "numeric"}},
      .outputs = {{"y", "numeric"}, {"indices", "i64"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, pool_dims(c, c.dims(0)));
        c.set("mode", "max");
        c.set("storage_order", c.integer("storage_order", 0));
        c.output(0, c.dtype(0), dims);
        c.output(1, DType::i64, dims);
        return {};
      },
      .primitive = true,
      .samples = {{.inputs = {{.dims = {1, 2, 7, 6}}},
                   .attributes = {{"kernel_shape", std::vector<int64_t>{3, 2}},
                                  {"strides", std::vector<int64_t>{2, 2}}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
