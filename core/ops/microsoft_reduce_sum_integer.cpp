// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/reductions.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(std::vector<int64_t> axes,
                   sorted_axes(c.integers("axes", axes_between(0, c.rank(0))), c.rank(0)));
  const bool keepdims = c.integer("keepdims", 1) != 0;
  const DType dtype = c.dtype(0) == DType::u8 ? DType::u32 : DType::i32;
  c.output(0, dtype, reduced_dims(c, c.dims(0), axes, keepdims));
  c.set("axes", std::move(axes));
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId x = c.cast(c.input(0), c.dtype(0) == DType::u8 ? DType::u32 : DType::i32);
  const std::vector<int64_t> axes = c.integers("axes", {});
  const bool keepdims = c.integer("keepdims", 1) != 0;
  c.output(0, keepdims ? reduce(c, "sum", x, axes) : reduce_away(c, "sum", x, axes));
  return {};
}

}  // namespace

Op microsoft_reduce_sum_integer() {
  return {
      .name = "ReduceSumInteger",
      .domain = "com.microsoft",
      .doc = "Sums of bytes over axes, in 32 bits.",
      .inputs = {{"data", "i8|u8"}},
      .outputs = {{"reduced", "i32|u32"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 4}, .dtype = DType::i8, .low = -99, .high = 99}},
                   .attributes = {{"axes", std::vector<int64_t>{2}}, {"keepdims", 0}}}},
  };
}

}  // namespace tenon::ops
