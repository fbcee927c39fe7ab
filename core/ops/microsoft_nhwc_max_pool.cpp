// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/channels.h"
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_nhwc_max_pool() {
  return {
      .name = "NhwcMaxPool",
      .domain = "com.microsoft",
      .doc = "MaxPool of data whose channels are the last axis.",
      .inputs = {{"x", "numeric"}},
      .outputs = {{"y", "numeric"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(std::vector<Expr> dims, pool_dims(c, channels_first(c.dims(0))));
        c.output(0, c.dtype(0), channels_last(std::move(dims)));
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        const ValueId x = channels_first(c, c.input(0));
        c.output(0, channels_last(c, c.add("MaxPool", {x}, c.node().attributes)));
        return {};
      },
      .samples = {{.inputs = {{.dims = {1, 5, 6, 3}, .dtype = DType::i8, .low = -99, .high = 99}},
                   .attributes = {{"kernel_shape", std::vector<int64_t>{2, 2}}}}},
  };
}

}  // namespace tenon::ops
