// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/products.h"
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
        TENON_TRY(require_square(c));
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
