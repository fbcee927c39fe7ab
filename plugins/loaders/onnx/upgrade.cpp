// SPDX-License-Identifier: Apache-2.0
#include "upgrade.h"

namespace tenon::onnx {

Upgrades::Upgrades() : all_(upgrades::table()) {
  for (size_t i = 0; i < all_.size(); ++i) {
    for (const std::string_view op : all_[i].ops) by_op_.emplace(op, i);
  }
}

Status Upgrades::apply(Form& form) const {
  if (form.version() < 7) form.drop("consumed_inputs");
  const auto found = by_op_.find(form.node.op);
  if (found == by_op_.end()) return {};
  for (const Step& step : all_[found->second].steps) {
    if (form.version() < step.before) TENON_TRY(step.rewrite(form));
  }
  return {};
}

}  // namespace tenon::onnx
