// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx::upgrades {

namespace {

// 1 allowed any real power.
Status whole_power(Form& form) {
  const Setting* found = form.find("p");
  if (found == nullptr || std::holds_alternative<int64_t>(found->value)) return {};
  TENON_TRY_ASSIGN(const std::optional<double> given, form.take_float("p"));
  const double p = given.value_or(2);
  if (!(p >= 1 && p <= 1'000'000) || p != static_cast<double>(static_cast<int64_t>(p))) {
    return unsupported("p is {}, expected a whole number", p);
  }
  form.set("p", static_cast<int64_t>(p));
  return {};
}

}  // namespace

Upgrade lp_pool() { return {.ops = {"LpPool", "GlobalLpPool"}, .steps = {{2, whole_power}}}; }

}  // namespace tenon::onnx::upgrades
