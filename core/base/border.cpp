// SPDX-License-Identifier: Apache-2.0
#include "core/base/border.h"

namespace tenon {
namespace {

Status& kept() {
  thread_local Status status;
  return status;
}

}  // namespace

tenon_status keep_failure(const Status& status) noexcept {
  if (status.ok()) return TENON_OK;
  try {
    kept() = status;
  } catch (...) {
    return TENON_NO_MEMORY;
  }
  return static_cast<tenon_status>(status.code());
}

Status take_failure(tenon_status code) {
  if (code == TENON_OK) return {};
  Status status = std::move(kept());
  kept() = Status();
  if (static_cast<tenon_status>(status.code()) == code) return status;
  return Status(static_cast<Code>(code), std::string(name_of(static_cast<Code>(code))));
}

}  // namespace tenon
