// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op logical_and() {
  return {
      .name = "And",
      .doc = "a and b.",
      .inputs = {{"a", "bool"}, {"b", "bool"}},
      .outputs = {{"c", "bool"}},
      .infer = broadcast_to_bool,
      .element = "a && b",
      .samples = {{.inputs = {{.dims = {2, 3, 4}, .dtype = DType::boolean, .low = 0, .high = 2},
                              {.dims = {3, 1}, .dtype = DType::boolean, .low = 0, .high = 2}}}},
  };
}

}  // namespace tenon::ops
