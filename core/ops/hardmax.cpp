// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", -1, c.rank(0)));
  const DType dtype = c.dtype(0);
  const Expr extent = c.dim(0, axis);
  const ValueId first = c.add("ArgMax", {c.input(0)}, {{"axis", axis}, {"keepdims", 0}});
  const ValueId values = c.add("Concat",
                               {c.add("Unsqueeze", {c.scalar(0, dtype), c.integers({0})}),
                                c.add("Unsqueeze", {c.scalar(1, dtype), c.integers({0})})},
                               {{"axis", 0}});
  c.output(0, c.add("OneHot", {first, c.sizes({extent}), values}, {{"axis", axis}}));
  return {};
}

}  // namespace

Op hardmax() {
  return {
      .name = "Hardmax",
      .doc = "1 at the first greatest element along an axis, 0 elsewhere.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"axis", -1}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(c.axis("axis", -1, c.rank(0)).status());
        return same_as_input(c);
      },
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {3, 4, 2}, .values = {}}}, .attributes = {{"axis", 1}}}},
  };
}

}  // namespace tenon::ops
