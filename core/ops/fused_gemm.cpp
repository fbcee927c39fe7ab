// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/activation.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) != 2 || c.rank(1) != 2) {
    return invalid("operands of rank {} and {}, expected matrices", c.rank(0), c.rank(1));
  }
  c.output(0, c.dtype(0),
           {c.dim(0, c.integer("transA", 0) != 0 ? 1 : 0),
            c.dim(1, c.integer("transB", 0) != 0 ? 0 : 1)});
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId y = c.add("Gemm", {c.input(0), c.input(1), c.input(2)}, c.node().attributes);
  TENON_TRY_ASSIGN(const ValueId activated, activate(c, y));
  c.output(0, activated);
  return {};
}

}  // namespace

Op fused_gemm() {
  return {
      .name = "FusedGemm",
      .domain = "com.microsoft",
      .doc = "Gemm, then an activation.",
      .inputs = {{"a", "float"}, {"b", "float"}, {"c", "float", optional_operand}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {5, 4}}, {.dims = {4}}},
                   .attributes = {{"activation", "Relu"}}}},
  };
}

}  // namespace tenon::ops
