// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op gather_elements() {
  return {
      .name = "GatherElements",
      .doc = "Elements of the data whose place along the axis is given by the indices.",
      .inputs = {{"data"}, {"indices", "i32|i64"}},
      .outputs = {{"output"}},
      .attributes = {{"axis", 0}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
        if (c.rank(0) != c.rank(1)) {
          return invalid("data of rank {}, indices of rank {}", c.rank(0), c.rank(1));
        }
        c.set("axis", axis);
        c.output(0, c.dtype(0), c.dims(1));
        return {};
      },
      .element =
          [](ElementContext& c) {
            const int64_t axis = c.integer("axis", 0);
            Index index = c.output_index();
            index[static_cast<size_t>(axis)] = wrap_index(as_index(c.load(1)), c.dim(0, axis));
            return c.load(0, index);
          },
      .samples =
          {{.inputs = {{.dims = {3, 3}},
                       {.dims = {2, 3}, .dtype = DType::i64, .values = {1, -1, 0, 2, 0, 0}}}}},
  };
}

}  // namespace tenon::ops
