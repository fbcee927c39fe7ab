// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/base.h"

// Ctrl-C as a question that long work asks. The first one ends the work, the second the program.
namespace tenon::cli {

// From now on SIGINT and SIGTERM are noted instead of ending the program.
void watch_interrupts();
// Answers TENON_CANCELLED once one has come. [any thread]
const tenon_cancel* interrupted();

}  // namespace tenon::cli
