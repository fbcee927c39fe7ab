// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op selu() {
  return {
      .name = "Selu",
      .doc = "gamma * x where positive, else gamma * alpha * (exp(x) - 1).",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 1.67326319217681884765625}, {"gamma", 1.05070102214813232421875}},
      .infer = same_as_input,
      .element = "gamma * (x < 0 ? alpha * (exp(x) - 1) : x)",
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {2, 3, 4}, .dtype = DType::f16}}}},
  };
}

}  // namespace tenon::ops
