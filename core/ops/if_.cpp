// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/host_tensors.h"
#include "core/ops/framework/infer_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const std::vector<Outlook> then = infer_body(c, "then_branch", {});
  const std::vector<Outlook> otherwise = infer_body(c, "else_branch", {});
  if (then.size() != otherwise.size() || then.size() < c.outputs()) {
    return invalid("then_branch has {} outputs, else_branch {}, the node {}", then.size(),
                   otherwise.size(), c.outputs());
  }
  for (size_t k = 0; k < c.outputs(); ++k) declare_output(c, k, common(then[k], otherwise[k]));
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const int64_t condition, scalar_input(c, 0));
  TENON_TRY_ASSIGN(auto made, c.run_body(condition != 0 ? "then_branch" : "else_branch", {}));
  for (size_t k = 0; k < made.size(); ++k) c.output(k, std::move(made[k]));
  return {};
}

}  // namespace

Op if_() {
  return {
      .name = "If",
      .doc = "The outputs of one of two bodies.",
      .inputs = {{"cond", "bool"}, {.name = "captured", .arity = variadic_operand}},
      .outputs = {{.name = "outputs", .arity = variadic_operand}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
