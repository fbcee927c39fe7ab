// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op swi_glu() {
  return {
      .name = "SwiGLU",
      .doc = "a * sigmoid(alpha * a) * b.",
      .inputs = {{"a", "float"}, {"b", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 1.0}},
      .infer = broadcast_inputs,
      .element = "a / (1 + exp(-alpha * a)) * b",
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {3, 5}}}}},
  };
}

}  // namespace tenon::ops
