// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op is_nan() {
  return {
      .name = "IsNaN",
      .doc = "Whether x is not a number.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "bool"}},
      .infer = broadcast_to_bool,
      .element = "isnan(x)",
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {2, 3, 4}, .dtype = DType::f16}}}},
  };
}

}  // namespace tenon::ops
