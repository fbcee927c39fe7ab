// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <exception>
#include <new>
#include <string>

// The host's side of the border: no exception leaves a host function, and the text of a failure is
// kept per thread until the code that a plugin passed on comes back. [any thread]
namespace tenon {

// Keeps the failure's text for this thread and returns its code.
tenon_status keep_failure(const Status& status) noexcept;
// The kept failure when its code is `code`, else one that only knows the code. Forgets it.
Status take_failure(tenon_status code);

// Runs f, which returns a Status; what it throws becomes a status too.
template <class F>
tenon_status at_border(F&& f) noexcept {
  try {
    return keep_failure(f());
  } catch (const std::bad_alloc&) {
    return TENON_NO_MEMORY;
  } catch (const std::exception& error) {
    return keep_failure(Status(Code::internal, error.what()));
  } catch (...) {
    return TENON_INTERNAL;
  }
}

}  // namespace tenon
