// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {}  // namespace

Op sequence_length() {
  return {
      .name = "SequenceLength",
      .doc = "The number of elements.",
      .inputs = {{"sequence"}},
      .outputs = {{"length"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, DType::i64, {});
        return {};
      },
      .host = [](HostContext& c) -> Status {
        TENON_TRY_ASSIGN(const HostValue* sequence, c.sequence_input(0));
        TENON_TRY_ASSIGN(HostTensor length,
                         scalar_tensor(DType::i64, static_cast<int64_t>(sequence->items.size())));
        c.output(0, std::move(length));
        return {};
      },
  };
}

}  // namespace tenon::ops
