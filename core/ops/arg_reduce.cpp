// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op arg_reduce() {
  return {
      .name = "ArgReduce",
      .doc = "Index of the extreme along an axis, by mode max or min.",
      .inputs = {{"x", "numeric"}},
      .outputs = {{"index", "i64"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
        const bool keepdims = c.integer("keepdims", 1) != 0;
        TENON_TRY(c.require(c.dim(0, axis) >= 1, "the axis is not empty"));
        c.output(0, DType::i64, reduced_dims(c, c.dims(0), {axis}, keepdims));
        c.set("axis", axis);
        c.set("keepdims", int64_t{keepdims});
        c.set("select_last_index", c.integer("select_last_index", 0));
        c.set("mode", c.text("mode", "max"));
        return {};
      },
      .primitive = true,
      .samples = {{.inputs = {{.dims = {3, 5}}}, .attributes = {{"mode", "max"}, {"axis", 1}}},
                  {.inputs = {{.dims = {3, 9}, .dtype = DType::i32, .low = 0, .high = 3}},
                   .attributes = {{"mode", "min"}, {"axis", -1}, {"select_last_index", 1}}}},
  };
}

}  // namespace tenon::ops
