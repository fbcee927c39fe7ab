// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/host.h"

#include <cstdint>
#include <string>
#include <string_view>

// A timeline of what this process does, kept only while somebody wants one: spans on threads, and
// counters. One per process. [any thread]
namespace tenon {

// on: forgets what was kept and begins to keep.
void set_trace(bool on);
bool trace_is_on();

// What was kept, as JSON that Perfetto and Chrome read.
std::string trace_json();

// The work of a scope, on the thread that does it; nothing is done when the trace is off.
class TraceScope {
 public:
  // op: what is done; name: with what; both outlive this.
  explicit TraceScope(std::string_view op, std::string_view name = {},
                      std::string_view device = {});
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  std::string_view op_, name_, device_;
  uint64_t begin_;  // 0: off
};

// The value of a counter from now on.
void trace_counter(std::string_view name, std::string_view of, uint64_t value);

// A number for a run on that device, for tenon_run; 0 when the trace is off.
uint64_t trace_run(std::string_view device);

// What plugins see: tenon.host.trace/1.
const tenon_trace& trace_table();

}  // namespace tenon
