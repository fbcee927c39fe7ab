// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Expr element(ElementContext& c) {
  const Expr x = c.has(1) ? c.load(0) + c.load(1) : c.load(0);
  return formula(c, "0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))",
                 {{"x", x}});
}

}  // namespace

Op fast_gelu() {
  return {
      .name = "FastGelu",
      .domain = "com.microsoft",
      .doc = "Gelu by tanh of x plus a bias.",
      .inputs = {{"x", "float"}, {"bias", "float", optional_operand}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = element,
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {5}}}}},
  };
}

}  // namespace tenon::ops
