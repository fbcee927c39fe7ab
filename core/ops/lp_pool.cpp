// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op lp_pool() {
  return {
      .name = "LpPool",
      .doc = "The p-norm of each window.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, pool_dims(c, c.dims(0)));
        c.output(0, c.dtype(0), dims);
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        Attributes attributes = c.node().attributes;
        attributes["mode"] = "lp";
        c.output(0, c.add("Pool", {c.input(0)}, attributes));
        return {};
      },
      .samples = {{.inputs = {{.dims = {1, 2, 7, 6}}},
                   .attributes = {{"kernel_shape", std::vector<int64_t>{3, 3}}, {"p", 3}}}},
  };
}

}  // namespace tenon::ops
