// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_gelu() {
  return {
      .name = "Gelu",
      .domain = "com.microsoft",
      .doc = "x times the normal distribution's cumulative function.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "0.5 * x * (1 + erf(x * 0.7071067811865476))",
      .samples = {{.inputs = {{.dims = {3, 5}}}}},
  };
}

}  // namespace tenon::ops
