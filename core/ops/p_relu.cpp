// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op p_relu() {
  return {
      .name = "PRelu",
      .doc = "x where positive, else slope * x; slope broadcasts to x.",
      .inputs = {{"x", "numeric"}, {"slope", "numeric"}},
      .outputs = {{"y", "numeric"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(c.broadcast(c.dims(0), c.dims(1)).status());
        return same_as_input(c);
      },
      .element = "x < 0 ? slope * x : x",
      .samples = {{.inputs = {{.dims = {2, 3, 4}}, {.dims = {3, 1}}}}},
  };
}

}  // namespace tenon::ops
