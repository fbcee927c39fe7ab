// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op pow() {
  return {
      .name = "Pow",
      .doc = "x to the power y, of x's type.",
      .inputs = {{"x", "numeric"}, {"y", "numeric"}},
      .outputs = {{"z", "numeric"}},
      .infer = broadcast_inputs,
      .element = "x ** y",
      .samples = {{.inputs = {{.dims = {2, 3}, .low = 0.1, .high = 3}, {.dims = {3}}}},
                  {.inputs = {{.dims = {5}, .dtype = DType::i32, .low = -5, .high = 5},
                              {.dims = {}, .dtype = DType::i32, .values = {3}}}}},
  };
}

}  // namespace tenon::ops
