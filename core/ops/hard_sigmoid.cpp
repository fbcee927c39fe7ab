// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op hard_sigmoid() {
  return {
      .name = "HardSigmoid",
      .doc = "alpha * x + beta, kept in [0, 1].",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 0.2}, {"beta", 0.5}},
      .infer = same_as_input,
      .element = "max(0, min(1, alpha * x + beta))",
      .samples = {{.inputs = {{.dims = {3, 5}, .low = -5, .high = 5}}},
                  {.inputs = {{.dims = {2, 7}, .dtype = DType::f16, .low = -5, .high = 5}}}},
  };
}

}  // namespace tenon::ops
