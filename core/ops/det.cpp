// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op det() {
  return {
      .name = "Det",
      .doc = "Determinants of square matrices.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) < 2) return invalid("input of rank {}, expected at least 2", c.rank(0));
        TENON_TRY(c.require_equal(c.dim(0, -1), c.dim(0, -2), "rows and columns of a matrix"));
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
