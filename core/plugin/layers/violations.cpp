// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/layers/violations.h"

#include "core/plugin/service.h"

#include <mutex>

namespace tenon {
namespace {

constexpr size_t most_kept = 1000;

struct Kept {
  std::mutex mutex;
  std::vector<Violation> violations;
};

Kept& kept() {
  static auto* const all = new Kept;
  return *all;
}

}  // namespace

std::string Violation::message() const {
  return fmt::format("validate: the {} broke {} in {}: {}",
                     culprit == Culprit::host ? "host" : "plugin", rule, function, text);
}

Status broke(Violation violation) {
  const Code code = violation.culprit == Culprit::host ? Code::invalid : Code::internal;
  Status status(code, violation.message());
  log_message(TENON_LOG_ERROR, "validate", status.message());
  Kept& all = kept();
  const std::lock_guard lock(all.mutex);
  if (all.violations.size() == most_kept) all.violations.erase(all.violations.begin());
  all.violations.push_back(std::move(violation));
  return status;
}

std::vector<Violation> take_violations() {
  Kept& all = kept();
  const std::lock_guard lock(all.mutex);
  return std::exchange(all.violations, {});
}

}  // namespace tenon
