// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op logical_not() {
  return {
      .name = "Not",
      .doc = "The other truth value.",
      .inputs = {{"x", "bool"}},
      .outputs = {{"y", "bool"}},
      .infer = same_as_input,
      .element = "!x",
      .samples = {{.inputs = {{.dims = {3, 4}, .dtype = DType::boolean, .low = 0, .high = 2}}}},
  };
}

}  // namespace tenon::ops
