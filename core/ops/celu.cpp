// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op celu() {
  return {
      .name = "Celu",
      .doc = "max(0, x) + min(0, alpha * (exp(x / alpha) - 1)).",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 1.0}},
      .infer = same_as_input,
      .element = "max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))",
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {2, 3, 4}, .dtype = DType::f16}}}},
  };
}

}  // namespace tenon::ops
