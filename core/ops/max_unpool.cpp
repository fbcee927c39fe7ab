// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// Dims that the pooling had, without regard to output_shape.
Result<std::vector<Expr>> pooled_from(const NodeContext& c) {
  const std::vector<Expr>& x = c.dims(0);
  if (x.size() < 3) return invalid("data of rank {}, expected at least 3", x.size());
  const size_t axes = x.size() - 2;
  TENON_TRY_ASSIGN(const std::vector<Expr> kernel, per_axis(c, "kernel_shape", axes, 1, 1));
  TENON_TRY_ASSIGN(const std::vector<Expr> strides, per_axis(c, "strides", axes, 1, 1));
  TENON_TRY_ASSIGN(const std::vector<Expr> pads, per_axis(c, "pads", 2 * axes, 0, 0));
  std::vector<Expr> dims = {x[0], x[1]};
  for (size_t i = 0; i < axes; ++i) {
    dims.push_back((x[i + 2] - 1) * strides[i] + kernel[i] - pads[i] - pads[i + axes]);
  }
  return dims;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(std::vector<Expr> dims, pooled_from(c));
  if (c.has(2)) {
    TENON_TRY_ASSIGN(dims, c.values(2));
  }
  if (static_cast<int64_t>(dims.size()) != c.rank(0)) {
    return invalid("an output shape of {} axes for data of rank {}", dims.size(), c.rank(0));
  }
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, pooled_from(c));
  TENON_TRY_ASSIGN(const std::vector<Expr> wanted, c.values(2));
  const Expr count = c.elements(0);
  const ValueId zeros = c.add("Expand", {c.scalar(0, c.dtype(0)), c.sizes({product(c, dims)})});
  const ValueId flat = c.add(
      "ScatterElements", {zeros, reshape(c, c.input(1), {count}), reshape(c, c.input(0), {count})});
  const ValueId y = reshape(c, flat, dims);
  if (wanted.empty()) {
    c.output(0, y);
    return {};
  }
  std::vector<Expr> pads(dims.size(), c.number(0));
  for (size_t i = 0; i < dims.size(); ++i) pads.push_back(wanted[i] - dims[i]);
  c.output(0, c.add("Pad", {y, c.sizes(pads)}));
  return {};
}

}  // namespace

Op max_unpool() {
  return {
      .name = "MaxUnpool",
      .doc = "Elements put back where MaxPool took them from, zeros elsewhere.",
      .inputs = {{"x", "float"}, {"indices", "i64"}, {"output_shape", "i64", optional_operand}},
      .outputs = {{"output", "float"}},
      .infer = infer,
      .shape_operands = {2},
      .expand = expand,
      .samples =
          {{.inputs = {{.dims = {1, 1, 2, 2}},
                       {.dims = {1, 1, 2, 2}, .dtype = DType::i64, .values = {5, 7, 13, 15}}},
            .attributes = {{"kernel_shape", std::vector<int64_t>{2, 2}},
                           {"strides", std::vector<int64_t>{2, 2}}}}},
  };
}

}  // namespace tenon::ops
