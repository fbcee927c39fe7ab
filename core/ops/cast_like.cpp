// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op cast_like() {
  return {
      .name = "CastLike",
      .doc = "Elements as the type of the second input.",
      .inputs = {{"input"}, {"target_type"}},
      .outputs = {{"output"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, c.dtype(1), c.dims(0));
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        Attributes attributes = c.node().attributes;
        attributes["to"] = static_cast<int64_t>(c.dtype(1));
        c.output(0, c.add("Cast", {c.input(0)}, attributes));
        return {};
      },
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {1}, .dtype = DType::i32}}}},
  };
}

}  // namespace tenon::ops
