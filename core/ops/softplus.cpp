// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op softplus() {
  return {
      .name = "Softplus",
      .doc = "log(1 + exp(x)), written so that large x does not overflow.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "max(x, 0) + log(1 + exp(-abs(x)))",
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {2, 3, 4}, .dtype = DType::f16}}}},
  };
}

}  // namespace tenon::ops
