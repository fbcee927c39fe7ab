// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op size() {
  return {
      .name = "Size",
      .doc = "The number of elements.",
      .inputs = {{"data"}},
      .outputs = {{"size", "i64"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, DType::i64, {});
        return {};
      },
      .element = [](ElementContext& c) { return c.elements(0); },
      .samples = {{.inputs = {{.dims = {3, 5, 2}}}}},
  };
}

}  // namespace tenon::ops
