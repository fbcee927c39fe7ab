// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/cancel.h"

#include <csignal>

namespace tenon::cli {

namespace {

// A signal handler reaches nothing but statics.
volatile std::sig_atomic_t signalled = 0;

void note(int) { signalled = 1; }

}  // namespace

void watch_interrupts() {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

const tenon_cancel* interrupted() {
  static constexpr tenon_cancel cancel = {
      nullptr, [](void*) -> tenon_status { return signalled != 0 ? TENON_CANCELLED : TENON_OK; }};
  return &cancel;
}

}  // namespace tenon::cli
