// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op pool() {
  return {
      .name = "Pool",
      .doc = "Windows of the spatial axes reduced to one element each, by mode max, average or lp.",
      .inputs = {{"x", "numeric"}},
      .outputs = {{"y", "numeric"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, pool_dims(c, c.dims(0)));
        c.set("mode", c.text("mode", "max"));
        c.set("count_include_pad", c.integer("count_include_pad", 0));
        c.set("p", c.integer("p", 2));
        c.output(0, c.dtype(0), dims);
        return {};
      },
      .primitive = true,
      .samples = {{.inputs = {{.dims = {1, 2, 7, 6}}},
                   .attributes = {{"mode", "max"},
                                  {"kernel_shape", std::vector<int64_t>{3, 2}},
                                  {"strides", std::vector<int64_t>{2, 2}}}},
                  {.inputs = {{.dims = {1, 2, 7, 6}}},
                   .attributes = {{"mode", "average"},
                                  {"kernel_shape", std::vector<int64_t>{3, 3}},
                                  {"pads", std::vector<int64_t>{1, 1, 1, 1}},
                                  {"count_include_pad", 1}}},
                  {.inputs = {{.dims = {1, 2, 9}}},
                   .attributes = {{"mode", "lp"}, {"kernel_shape", std::vector<int64_t>{3}}}}},
  };
}

}  // namespace tenon::ops
