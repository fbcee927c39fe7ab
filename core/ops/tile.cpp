// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op tile() {
  return {
      .name = "Tile",
      .doc = "The input repeated along each axis.",
      .inputs = {{"input"}, {"repeats", "i64"}},
      .outputs = {{"output"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(std::vector<Expr> dims, c.values(1));
        if (static_cast<int64_t>(dims.size()) != c.rank(0)) {
          return invalid("{} repeats for a tensor of rank {}", dims.size(), c.rank(0));
        }
        for (size_t i = 0; i < dims.size(); ++i) dims[i] = dims[i] * c.dims(0)[i];
        c.output(0, c.dtype(0), dims);
        return {};
      },
      .shape_operands = {1},
      .element =
          [](ElementContext& c) {
            Index index = c.output_index();
            for (size_t i = 0; i < index.size(); ++i) index[i] = index[i] % c.dims(0)[i];
            return c.load(0, index);
          },
      .samples = {{.inputs = {{.dims = {2, 3}},
                              {.dims = {2}, .dtype = DType::i64, .values = {2, 3}}}}},
  };
}

}  // namespace tenon::ops
