// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/optimizers.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  const size_t count = optimised(c, 3);
  const Attributes numbers = {{"norm", c.real("norm_coefficient", 0)},
                              {"decay", c.real("decay_factor", 0)},
                              {"epsilon", c.real("epsilon", 1e-6)}};
  for (size_t i = 0; i < count; ++i) {
    const ValueId x = c.input(2 + i);
    const DType dtype = c.dtype(2 + i);
    const ValueId g =
        map(c, "norm * x + g", {{"x", x}, {"g", c.input(2 + count + i)}}, dtype, numbers);
    const ValueId h =
        map(c, "h + g * g", {{"h", c.input(2 + 2 * count + i)}, {"g", g}}, dtype, numbers);
    c.output(i, map(c, "x - r / (1 + f32(t) * decay) * g / (sqrt(h) + epsilon)",
                    {{"x", x}, {"r", c.input(0)}, {"t", c.input(1)}, {"g", g}, {"h", h}}, dtype,
                    numbers));
    c.output(count + i, h);
  }
  return {};
}

}  // namespace

Op adagrad() {
  return optimizer("Adagrad",
                   "A step of gradient descent with a rate that falls by tensor element.", 3,
                   expand, {});
}

}  // namespace tenon::ops
