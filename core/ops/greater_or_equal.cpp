// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op greater_or_equal() {
  return {
      .name = "GreaterOrEqual",
      .doc = "Whether a is at least b.",
      .inputs = {{"a", "numeric"}, {"b", "numeric"}},
      .outputs = {{"c", "bool"}},
      .infer = broadcast_to_bool,
      .element = "a >= b",
      .samples = {{.inputs = {{.dims = {2, 3, 4}}, {.dims = {3, 1}}}},
                  {.inputs = {{.dims = {2, 3}, .dtype = DType::i32, .low = 1, .high = 99},
                              {.dims = {3}, .dtype = DType::i32, .low = 1, .high = 9}}}},
  };
}

}  // namespace tenon::ops
