// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op scatter_nd() {
  return {
      .name = "ScatterND",
      .doc = "The data with slices written, or reduced into, where rows of indices point.",
      .inputs = {{"data"}, {"indices", "i64"}, {"updates"}},
      .outputs = {{"output"}},
      .attributes = {{"reduction", "none"}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(1) < 1) return invalid("scalar indices, expected rank 1 or more");
        const Expr depth = c.dim(1, -1);
        if (!depth.is_constant()) {
          return unsupported("the last size of the indices is not constant");
        }
        const int64_t rank = c.rank(0) - depth.constant() + c.rank(1) - 1;
        if (depth.constant() < 0 || depth.constant() > c.rank(0) || rank != c.rank(2)) {
          return invalid("rows of {} indices and updates of rank {} for data of rank {}",
                         depth.constant(), c.rank(2), c.rank(0));
        }
        for (int64_t i = 0; i + 1 < c.rank(1); ++i) {
          TENON_TRY(c.require_equal(c.dim(1, i), c.dim(2, i), "indices and updates"));
        }
        for (int64_t i = c.rank(1) - 1; i < rank; ++i) {
          const int64_t axis = i - c.rank(1) + 1 + depth.constant();
          TENON_TRY(c.require_equal(c.dim(0, axis), c.dim(2, i), "slices and updates"));
        }
        c.set("reduction", c.text("reduction", "none"));
        return same_as_input(c);
      },
      .primitive = true,
      .samples = {{.inputs = {{.dims = {4, 3}},
                              {.dims = {2, 1}, .dtype = DType::i64, .values = {3, 0}},
                              {.dims = {2, 3}}}},
                  {.inputs = {{.dims = {8}},
                              {.dims = {3, 1}, .dtype = DType::i64, .values = {4, 4, -1}},
                              {.dims = {3}}},
                   .attributes = {{"reduction", "add"}}}},
  };
}

}  // namespace tenon::ops
