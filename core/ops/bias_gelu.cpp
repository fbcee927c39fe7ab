// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op bias_gelu() {
  return {
      .name = "BiasGelu",
      .domain = "com.microsoft",
      .doc = "Gelu of a + b.",
      .inputs = {{"a", "float"}, {"b", "float"}},
      .outputs = {{"c", "float"}},
      .infer = broadcast_inputs,
      .element = "0.5 * (a + b) * (1 + erf((a + b) * 0.7071067811865476))",
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {5}}}}},
  };
}

}  // namespace tenon::ops
