// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op prefix_scan() {
  return {
      .name = "PrefixScan",
      .doc = "Running sum or product along an axis.",
      .inputs = {{"x", "numeric"}},
      .outputs = {{"y", "numeric"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
        c.set("axis", axis);
        c.set("mode", c.text("mode", "sum"));
        c.set("exclusive", c.integer("exclusive", 0));
        c.set("reverse", c.integer("reverse", 0));
        return same_as_input(c);
      },
      .primitive = true,
      .samples = {{.inputs = {{.dims = {3, 5}}}, .attributes = {{"mode", "sum"}, {"axis", 1}}},
                  {.inputs = {{.dims = {3, 5}}},
                   .attributes = {{"mode", "prod"}, {"exclusive", 1}, {"reverse", 1}}}},
  };
}

}  // namespace tenon::ops
