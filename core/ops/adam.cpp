// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/optimizers.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  const size_t count = optimised(c, 4);
  const Attributes numbers = {{"norm", c.real("norm_coefficient", 0)},
                              {"alpha", c.real("alpha", 0.9)},
                              {"beta", c.real("beta", 0.999)},
                              {"post", c.real("norm_coefficient_post", 0)},
                              {"epsilon", c.real("epsilon", 1e-6)}};
  const ValueId rate =
      map(c, "t > 0 ? r * sqrt(1 - pow(beta, f32(t))) / (1 - pow(alpha, f32(t))) : r",
          {{"r", c.input(0)}, {"t", c.input(1)}}, c.dtype(0), numbers);
  for (size_t i = 0; i < count; ++i) {
    const ValueId x = c.input(2 + i);
    const DType dtype = c.dtype(2 + i);
    const ValueId g =
        map(c, "norm * x + g", {{"x", x}, {"g", c.input(2 + count + i)}}, dtype, numbers);
    const ValueId v = map(c, "alpha * v + (1 - alpha) * g",
                          {{"v", c.input(2 + 2 * count + i)}, {"g", g}}, dtype, numbers);
    const ValueId h = map(c, "beta * h + (1 - beta) * g * g",
                          {{"h", c.input(2 + 3 * count + i)}, {"g", g}}, dtype, numbers);
    c.output(i, map(c, "(1 - post) * (x - r * v / (sqrt(h) + epsilon))",
                    {{"x", x}, {"r", rate}, {"v", v}, {"h", h}}, dtype, numbers));
    c.output(count + i, v);
    c.output(2 * count + i, h);
  }
  return {};
}

}  // namespace

Op adam() {
  return optimizer("Adam", "A step of gradient descent by running means of gradients and squares.",
                   4, expand, {});
}

}  // namespace tenon::ops
