// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op elu() {
  return {
      .name = "Elu",
      .doc = "x where positive, else alpha * (exp(x) - 1).",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 1.0}},
      .infer = same_as_input,
      .element = "x < 0 ? alpha * (exp(x) - 1) : x",
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {2, 3, 4}, .dtype = DType::f16}}}},
  };
}

}  // namespace tenon::ops
