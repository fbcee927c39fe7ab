// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(std::vector<HostValue> made, c.run_body("body", {}));
  for (size_t k = 0; k < made.size(); ++k) c.output(k, std::move(made[k]));
  return {};
}

}  // namespace

Op late() {
  return {
      .name = "Late",
      .domain = "tenon",
      .doc =
          "The rest of a graph, planned when the ranks, types and structural elements that it "
          "depends on are there.",
      .inputs = {{.name = "captured", .arity = variadic_operand}},
      .outputs = {{.name = "outputs", .arity = variadic_operand}},
      .infer = [](InferContext&) -> Status { return {}; },
      .host = run,
  };
}

}  // namespace tenon::ops
