// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// Sizes of the output: those of the input but for the chosen axes.
Result<std::vector<Expr>> sizes(const NodeContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> wanted, c.values(1));
  std::vector<int64_t> axes;
  for (int64_t axis = 0; axis < c.rank(0); ++axis) axes.push_back(axis);
  axes = c.integers("axes", axes);
  if (axes.size() != wanted.size()) {
    return invalid("{} sizes for {} axes", wanted.size(), axes.size());
  }
  std::vector<Expr> dims = c.dims(0);
  for (size_t i = 0; i < axes.size(); ++i) {
    TENON_TRY_ASSIGN(const int64_t axis, resolve_axis(axes[i], c.rank(0)));
    dims[static_cast<size_t>(axis)] = wanted[i];
  }
  return dims;
}

Expr element(ElementContext& c) {
  Index index = c.output_index();
  Expr inside = c.pool().boolean(true);
  for (size_t i = 0; i < index.size(); ++i) {
    const Expr from = c.dims(0)[i];
    const Expr to = c.output_dim(static_cast<int64_t>(i));
    if (from.same(to)) continue;
    index[i] = index[i] + (from - to) / 2;
    inside = inside && index[i] >= 0 && index[i] < from;
  }
  return c.load(0, index, inside, Expr());
}

}  // namespace

Op center_crop_pad() {
  return {
      .name = "CenterCropPad",
      .doc = "The middle of the input, or the input in the middle of zeros, of the given sizes.",
      .inputs = {{"input"}, {"shape", "i32|i64"}},
      .outputs = {{"output"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, sizes(c));
        c.output(0, c.dtype(0), dims);
        return {};
      },
      .shape_operands = {1},
      .element = element,
      .samples = {{.inputs = {{.dims = {5, 4}},
                              {.dims = {2}, .dtype = DType::i64, .values = {2, 7}}}}},
  };
}

}  // namespace tenon::ops
