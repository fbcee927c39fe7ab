// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op carry() {
  return {
      .name = "Carry",
      .domain = "tenon",
      .doc = "A sequence, optional or map as it is: Identity of what is no tensor.",
      .inputs = {{"x"}},
      .outputs = {{"y"}},
      .infer = [](InferContext& c) -> Status {
        c.output_within(0, c.value(0).wraps, c.value(0).dtype, ops::rank_within(c.value(0)));
        return {};
      },
      .host = [](HostContext& c) -> Status {
        c.output(0, c.input(0));
        return {};
      },
  };
}

}  // namespace tenon::ops
