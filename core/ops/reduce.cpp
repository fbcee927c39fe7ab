// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/reductions.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(std::vector<int64_t> axes, sorted_axes(c.integers("axes", {}), c.rank(0)));
  const bool keepdims = c.integer("keepdims", 1) != 0;
  c.output(0, c.dtype(0), reduced_dims(c, c.dims(0), axes, keepdims));
  c.set("axes", std::move(axes));
  c.set("keepdims", int64_t{keepdims});
  c.set("mode", c.text("mode", "sum"));
  return {};
}

}  // namespace

Op reduce() {
  return {
      .name = "Reduce",
      .doc = "Axes reduced by mode sum, mean, prod, max or min.",
      .inputs = {{"x", "numeric|bool"}},
      .outputs = {{"y", "numeric|bool"}},
      .infer = infer,
      .primitive = true,
      .samples =
          {{.inputs = {{.dims = {2, 3, 4}}},
            .attributes = {{"mode", "mean"}, {"axes", std::vector<int64_t>{0, 2}}}},
           {.inputs = {{.dims = {5, 4}, .dtype = DType::i32, .low = -9, .high = 9}},
            .attributes = {{"mode", "max"}, {"axes", std::vector<int64_t>{1}}, {"keepdims", 0}}}},
  };
}

}  // namespace tenon::ops
