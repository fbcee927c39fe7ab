// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_inverse() {
  return {
      .name = "Inverse",
      .domain = "com.microsoft",
      .doc = "Inverses of square matrices.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) < 2) return invalid("input of rank {}, expected at least 2", c.rank(0));
        TENON_TRY(c.require_equal(c.dim(0, -1), c.dim(0, -2), "rows and columns of a matrix"));
        return same_as_input(c);
      },
      .expand = [](ExpandContext& c) -> Status {
        c.output(0, c.add("InvertMatrix", {c.input(0)}));
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 3}}}}},
  };
}

}  // namespace tenon::ops
