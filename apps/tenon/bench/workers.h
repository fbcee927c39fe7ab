// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/host.h"
#include "tenon/abi/draft/plugin.h"
#include "tenon/json.h"

// What the host's workers and the border to a plugin cost, seen from a plugin. [any thread]
namespace tenon::cli::bench {

// JSON: features of the processor; width; nanoseconds of a call of the host (call_ns), of a step of
// one chunk (step_ns) and of a step that all workers share (shared_step_ns); microseconds until a
// second worker joins in when all sleep (wake_us), null with one worker.
Result<Json> worker_costs(const tenon_host& host);

}  // namespace tenon::cli::bench
