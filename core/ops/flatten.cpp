// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op flatten() {
  return {
      .name = "Flatten",
      .doc = "A matrix: the axes before `axis` and the others, each as one.",
      .inputs = {{"input"}},
      .outputs = {{"output"}},
      .attributes = {{"axis", 1}},
      .infer = [](InferContext& c) -> Status {
        const int64_t rank = c.rank(0);
        int64_t axis = c.integer("axis", 1);
        if (axis < -rank || axis > rank) {
          return invalid("axis {} is outside of a tensor of rank {}", axis, rank);
        }
        if (axis < 0) axis += rank;
        const std::vector<Expr>& dims = c.dims(0);
        c.output(0, c.dtype(0),
                 {product(c, {dims.begin(), dims.begin() + axis}),
                  product(c, {dims.begin() + axis, dims.end()})});
        return {};
      },
      .element = [](ElementContext& c) { return c.load_linear(0, c.pool().linear()); },
      .samples = {{.inputs = {{.dims = {2, 3, 4}}}},
                  {.inputs = {{.dims = {2, 3, 4}}}, .attributes = {{"axis", 0}}}},
  };
}

}  // namespace tenon::ops
