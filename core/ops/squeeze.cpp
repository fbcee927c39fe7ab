// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const int64_t rank = c.rank(0);
  std::vector<int64_t> axes;
  if (c.has(1)) {
    TENON_TRY_ASSIGN(axes, c.constants(1));
  } else {
    for (int64_t axis = 0; axis < rank; ++axis) {
      if (!c.dim(0, axis).is_constant()) {
        return unsupported("no axes are given and the size of axis {} is not known", axis);
      }
      if (c.dim(0, axis).constant() == 1) axes.push_back(axis);
    }
  }
  TENON_TRY_ASSIGN(axes, sorted_axes(std::move(axes), rank));
  std::vector<Expr> dims;
  for (int64_t axis = 0, next = 0; axis < rank; ++axis) {
    if (next < static_cast<int64_t>(axes.size()) && axes[static_cast<size_t>(next)] == axis) {
      TENON_TRY(c.require_equal(c.dim(0, axis), c.number(1), "the size of a squeezed axis"));
      ++next;
    } else {
      dims.push_back(c.dim(0, axis));
    }
  }
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op squeeze() {
  return {
      .name = "Squeeze",
      .doc = "Without the given axes, or without every axis of size 1.",
      .inputs = {{"data"}, {"axes", "i64", optional_operand}},
      .outputs = {{"squeezed"}},
      .infer = infer,
      .shape_operands = {1},
      .element = [](ElementContext& c) { return c.load_linear(0, c.pool().linear()); },
      .samples = {{.inputs = {{.dims = {2, 1, 3, 1}},
                              {.dims = {1}, .dtype = DType::i64, .values = {-1}}}},
                  {.inputs = {{.dims = {2, 1, 3, 1}}}}},
  };
}

}  // namespace tenon::ops
