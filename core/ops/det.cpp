// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/products.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op det() {
  return {
      .name = "Det",
      .doc = "Determinants of square matrices.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(require_square(c));
        c.output(0, c.dtype(0), {c.dims(0).begin(), c.dims(0).end() - 2});
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        const ValueId x = c.input(0);
        c.output(0, c.add_many("InvertMatrix", std::span(&x, 1), {}, 2)[1]);
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 3}}}}},
  };
}

}  // namespace tenon::ops
