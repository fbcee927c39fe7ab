// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/optimizers.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  const size_t count = optimised(c, 3);
  const Attributes numbers = {{"norm", c.real("norm_coefficient", 0)},
                              {"alpha", c.real("alpha", 0)},
                              {"beta", c.real("beta", 0)}};
  const bool nesterov = c.text("mode", "standard") == "nesterov";
  for (size_t i = 0; i < count; ++i) {
    const ValueId x = c.input(2 + i);
    const DType dtype = c.dtype(2 + i);
    const ValueId g =
        map(c, "norm * x + g", {{"x", x}, {"g", c.input(2 + count + i)}}, dtype, numbers);
    const ValueId v =
        map(c, "alpha * v + (t > 0 ? beta : 1) * g",
            {{"v", c.input(2 + 2 * count + i)}, {"t", c.input(1)}, {"g", g}}, dtype, numbers);
    const ValueId step =
        nesterov ? map(c, "g + alpha * v", {{"g", g}, {"v", v}}, dtype, numbers) : v;
    c.output(i, map(c, "x - r * s", {{"x", x}, {"r", c.input(0)}, {"s", step}}, dtype));
    c.output(count + i, v);
  }
  return {};
}

}  // namespace

Op momentum() {
  return optimizer("Momentum", "A step of gradient descent that keeps some of its direction.", 3,
                   expand, {{"mode", std::string("standard")}});
}

}  // namespace tenon::ops
