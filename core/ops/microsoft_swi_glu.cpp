// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.has(1)) {
    TENON_TRY(c.require_equal(c.elements(0), c.elements(1), "elements of gate and up"));
    return same_as_input(c);
  }
  if (c.rank(0) < 1) return invalid("a scalar input, expected both halves");
  std::vector<Expr> dims = c.dims(0);
  dims.back() = dims.back() / 2;
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const int64_t last = c.rank(0) - 1;
  const Expr width = c.dim(0, last);
  ValueId gate = c.input(0);
  ValueId up = c.input(1);
  if (up == no_id) {
    up = slice(c, gate, last, width / 2, width);
    gate = slice(c, gate, last, c.number(0), width / 2);
  }
  const Attributes numbers = {{"alpha", c.real("activation_alpha", 1)},
                              {"beta", c.real("activation_beta", 0)},
                              {"limit", c.real("limit", 0)}};
  const DType work = wide(c.dtype(0));
  if (c.real("limit", 0) > 0) {
    gate = map(c, "min(g, limit)", {{"g", gate}}, work, numbers);
    up = map(c, "max(min(u, limit), -limit)", {{"u", up}}, work, numbers);
  }
  c.output(0, map(c, "g / (1 + exp(-alpha * g)) * (u + beta)", {{"g", gate}, {"u", up}}, c.dtype(0),
                  numbers));
  return {};
}

}  // namespace

Op microsoft_swi_glu() {
  return {
      .name = "SwiGLU",
      .domain = "com.microsoft",
      .doc = "gate * sigmoid(alpha * gate) * (up + beta), both limited; up may follow the gate.",
      .inputs = {{"gate", "float"}, {"up", "float", optional_operand}},
      .outputs = {{"output", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 6}}},
                   .attributes = {{"limit", 1.0}, {"activation_beta", 1.0}}},
                  {.inputs = {{.dims = {2, 3}}, {.dims = {2, 3}}}}},
  };
}

}  // namespace tenon::ops
