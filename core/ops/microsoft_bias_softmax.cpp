// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 1, c.rank(0)));
  c.set("axis", axis);
  return same_as_input(c);
}

// All axes from the given one on are one. The bias repeats over the innermost of the others, or
// over the outermost.
Status expand(ExpandContext& c) {
  const int64_t axis = c.integer("axis", 1);
  const std::vector<Expr> dims = c.dims(0);
  const auto middle = dims.begin() + axis;
  const Expr rows = product(c, {dims.begin(), middle});
  const Expr width = product(c, {middle, dims.end()});
  const Expr biases = c.elements(1) / width;
  const Expr one = c.number(1);
  const bool inner = c.integer("is_inner_broadcast", 1) != 0;
  const std::vector<Expr> grouped = inner ? std::vector<Expr>{biases, rows / biases, width}
                                          : std::vector<Expr>{rows / biases, biases, width};
  const ValueId bias = reshape(
      c, c.input(1),
      inner ? std::vector<Expr>{biases, one, width} : std::vector<Expr>{one, biases, width});
  const ValueId sum =
      map(c, "x + b", {{"x", reshape(c, c.input(0), grouped)}, {"b", bias}}, wide(c.dtype(0)));
  const ValueId y = c.add("Softmax", {sum}, {{"axis", 2}});
  c.output(0, reshape(c, c.cast(y, c.dtype(0)), dims));
  return {};
}

}  // namespace

Op microsoft_bias_softmax() {
  return {
      .name = "BiasSoftmax",
      .domain = "com.microsoft",
      .doc = "Softmax of data + bias over the axes from `axis` on.",
      .inputs = {{"data", "float"}, {"bias", "float"}},
      .outputs = {{"output", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 2, 4}}, {.dims = {2, 1, 1, 4}}},
                   .attributes = {{"axis", 3}, {"is_inner_broadcast", 1}}},
                  {.inputs = {{.dims = {2, 3, 4}}, {.dims = {3, 4}}},
                   .attributes = {{"axis", 2}, {"is_inner_broadcast", 0}}}},
  };
}

}  // namespace tenon::ops
