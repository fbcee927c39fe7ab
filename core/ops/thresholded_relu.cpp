// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op thresholded_relu() {
  return {
      .name = "ThresholdedRelu",
      .doc = "x where above alpha, else 0.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 1.0}},
      .infer = same_as_input,
      .element = "x > alpha ? x : 0",
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {2, 3, 4}, .dtype = DType::f16}}}},
  };
}

}  // namespace tenon::ops
