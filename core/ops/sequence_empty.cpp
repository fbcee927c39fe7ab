// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

DType dtype_of(const AttributeContext& c) {
  return static_cast<DType>(c.integer("dtype", TENON_F32));
}

}  // namespace

Op sequence_empty() {
  return {
      .name = "SequenceEmpty",
      .doc = "A sequence without elements.",
      .inputs = {},
      .outputs = {{"sequence"}},
      .infer = [](InferContext& c) -> Status {
        if (facts(dtype_of(c)).bytes == 0) return invalid("unknown element type");
        c.output_within(0, {Wrap::sequence}, dtype_of(c), std::nullopt);
        return {};
      },
      .host = [](HostContext& c) -> Status {
        c.output(0, HostValue::sequence({}, dtype_of(c)));
        return {};
      },
  };
}

}  // namespace tenon::ops
