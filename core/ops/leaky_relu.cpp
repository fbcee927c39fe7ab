// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op leaky_relu() {
  return {
      .name = "LeakyRelu",
      .doc = "x where positive, else alpha * x.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 0.01}},
      .infer = same_as_input,
      .element = "x < 0 ? alpha * x : x",
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {2, 3, 4}, .dtype = DType::f16}}}},
  };
}

}  // namespace tenon::ops
