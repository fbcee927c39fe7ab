// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {}  // namespace

Op optional_has_element() {
  return {
      .name = "OptionalHasElement",
      .doc = "Whether there is an element; true for what is no optional.",
      .inputs = {{.name = "input", .arity = optional_operand}},
      .outputs = {{"output"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, DType::boolean, {});
        return {};
      },
      .host = [](HostContext& c) -> Status {
        const bool has =
            c.has(0) && (c.input(0).wrap != Wrap::optional || !c.input(0).items.empty());
        TENON_TRY_ASSIGN(HostTensor answer, scalar_tensor(DType::boolean, has ? 1 : 0));
        c.output(0, std::move(answer));
        return {};
      },
  };
}

}  // namespace tenon::ops
