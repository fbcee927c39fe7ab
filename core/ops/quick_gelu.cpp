// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op quick_gelu() {
  return {
      .name = "QuickGelu",
      .domain = "com.microsoft",
      .doc = "x * sigmoid(alpha * x).",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 1.702}},
      .infer = same_as_input,
      .element = "x / (1 + exp(-alpha * x))",
      .samples = {{.inputs = {{.dims = {3, 5}}}}},
  };
}

}  // namespace tenon::ops
