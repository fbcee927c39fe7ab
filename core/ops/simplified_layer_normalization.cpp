// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/normalize.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op simplified_layer_normalization() {
  return {
      .name = "SimplifiedLayerNormalization",
      .doc = "RMSNormalization under the name that some exporters give it.",
      .inputs = {{"x", "float"}, {"scale", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"axis", -1}, {"epsilon", 1e-5}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(c.axis("axis", -1, c.rank(0)).status());
        c.output(0, c.dtype(1), c.dims(0));
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        c.output(0, c.add("RMSNormalization", {c.input(0), c.input(1)}, c.node().attributes));
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 8}}, {.dims = {8}}}}},
  };
}

}  // namespace tenon::ops
