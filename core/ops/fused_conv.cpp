// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/activation.h"
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, conv_dims(c, c.dims(0), c.dims(1)));
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  ValueId y = c.add("Conv", {c.input(0), c.input(1), c.input(2)}, c.node().attributes);
  if (c.has(3)) y = c.add("Add", {y, c.input(3)});
  TENON_TRY_ASSIGN(const ValueId activated, activate(c, y));
  c.output(0, activated);
  return {};
}

}  // namespace

Op fused_conv() {
  return {
      .name = "FusedConv",
      .domain = "com.microsoft",
      .doc = "Conv, plus z, then an activation.",
      .inputs = {{"x", "float"},
                 {"w", "float"},
                 {"b", "float", optional_operand},
                 {"z", "float", optional_operand}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 3, 7, 6}}, {.dims = {4, 3, 3, 3}}, {.dims = {4}}},
                   .attributes = {{"activation", "Relu"}}}},
  };
}

}  // namespace tenon::ops
