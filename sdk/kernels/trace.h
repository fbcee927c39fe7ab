// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/kernels/program.h"

// What a host that traces a run is told of its steps. Runs that are not traced have no part in
// this. [any thread]
namespace tenon::kernels {

// The host's timeline when the run is traced, else null.
const tenon_trace* trace_of(const tenon_run& run);

// The program's tasks as ones that tell what they did; frames have a trace.
std::vector<tenon_step> traced_tasks(const Bound& bound);

// Bytes that a step reads and writes, each once, and its multiplications and additions where the
// operator tells them, else 0.
uint64_t bytes_of(const BoundStep& step);
uint64_t flops_of(const BoundStep& step);

}  // namespace tenon::kernels
