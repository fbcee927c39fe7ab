// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("dim", -1, c.rank(0)));
  const int64_t size = c.integer("size", 0);
  const int64_t step = c.integer("step", 1);
  constexpr int64_t most = int64_t{1} << 31;
  if (size < 1 || step < 1 || size > most || step > most) {
    return invalid("attributes size {} and step {}", size, step);
  }
  c.set("dim", axis);
  std::vector<Expr> dims = c.dims(0);
  Expr& extent = dims[static_cast<size_t>(axis)];
  TENON_TRY(c.require(extent >= size, "a slice is not longer than the axis"));
  extent = floor_div(extent - size, c.number(step)) + 1;
  dims.push_back(c.number(size));
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op microsoft_unfold_tensor() {
  return {
      .name = "UnfoldTensor",
      .domain = "com.microsoft",
      .doc =
          "All slices of a size along an axis, some steps apart; their elements become the last "
          "axis.",
      .inputs = {{"input"}},
      .outputs = {{"output"}},
      .infer = infer,
      .element =
          [](ElementContext& c) {
            Index index = c.output_index();
            const Expr place = index.back();
            index.pop_back();
            Expr& start = index[static_cast<size_t>(c.integer("dim", 0))];
            start = start * c.integer("step", 1) + place;
            return c.load(0, index);
          },
      .samples = {{.inputs = {{.dims = {3, 7}}},
                   .attributes = {{"dim", 1}, {"size", 3}, {"step", 2}}}},
  };
}

}  // namespace tenon::ops
