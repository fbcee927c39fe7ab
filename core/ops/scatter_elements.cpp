// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op scatter_elements() {
  return {
      .name = "ScatterElements",
      .doc = "The data with updates written, or reduced into, the places the indices give.",
      .inputs = {{"data"}, {"indices", "i32|i64"}, {"updates"}},
      .outputs = {{"output"}},
      .attributes = {{"axis", 0}, {"reduction", "none"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
        if (c.rank(0) != c.rank(1) || c.rank(1) != c.rank(2)) {
          return invalid("data, indices and updates of rank {}, {} and {}, expected the same",
                         c.rank(0), c.rank(1), c.rank(2));
        }
        for (int64_t i = 0; i < c.rank(0); ++i) {
          TENON_TRY(c.require_equal(c.dim(1, i), c.dim(2, i), "sizes of indices and updates"));
        }
        c.set("axis", axis);
        c.set("reduction", c.text("reduction", "none"));
        return same_as_input(c);
      },
      .primitive = true,
      .samples = {{.inputs = {{.dims = {3, 3}},
                              {.dims = {2, 3}, .dtype = DType::i64, .values = {1, 0, 2, 0, -1, 1}},
                              {.dims = {2, 3}}}},
                  {.inputs = {{.dims = {1, 5}},
                              {.dims = {1, 2}, .dtype = DType::i64, .values = {1, 1}},
                              {.dims = {1, 2}}},
                   .attributes = {{"axis", 1}, {"reduction", "add"}}}},
  };
}

}  // namespace tenon::ops
