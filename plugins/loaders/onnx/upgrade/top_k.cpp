// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

Status k_to_input(Form& form) {
  TENON_TRY_ASSIGN(const std::optional<int64_t> k, form.take_int("k"));
  if (!k) return invalid("k is required before operator set 10");
  form.set_input(1, form.constant(Literal::integers({*k})));
  return {};
}

}  // namespace

Upgrade top_k() { return {.ops = {"TopK"}, .steps = {{10, k_to_input}}}; }

}  // namespace tenon::onnx::upgrades
