// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/group_norms.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_group_norm() {
  const SampleInput row = {.dims = {4}};
  return {
      .name = "GroupNorm",
      .domain = "com.microsoft",
      .doc =
          "GroupNormalization of channels that may be the last axis, then x * sigmoid(x) if asked.",
      .inputs = {{"x", "float"}, {"gamma", "float"}, {"beta", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"epsilon", 1e-5}, {"channels_last", 1}, {"activation", 0}},
      .infer = infer_groups,
      .expand =
          [](ExpandContext& c) { return expand_groups(c, c.cast(c.input(0), wide(c.dtype(0)))); },
      .samples = {{.inputs = {{.dims = {2, 3, 2, 4}}, row, row},
                   .attributes = {{"groups", 2}, {"activation", 1}}},
                  {.inputs = {{.dims = {2, 4, 3, 2}}, row, row},
                   .attributes = {{"groups", 2}, {"channels_last", 0}}}},
  };
}

}  // namespace tenon::ops
