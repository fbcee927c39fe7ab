// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op gelu() {
  return {
      .name = "Gelu",
      .doc = "x times the normal distribution's cumulative function, exact or by tanh.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"approximate", "none"}},
      .infer = same_as_input,
      .element =
          [](ElementContext& c) {
            const bool fast = c.text("approximate", "none") == "tanh";
            return formula(c,
                           fast ? "0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x "
                                  "* x)))"
                                : "0.5 * x * (1 + erf(x * 0.7071067811865476))",
                           {{"x", c.load(0)}});
          },
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {3, 5}}}, .attributes = {{"approximate", "tanh"}}}},
  };
}

}  // namespace tenon::ops
