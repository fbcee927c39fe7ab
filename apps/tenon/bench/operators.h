// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/bench/limits.h"
#include "apps/tenon/bench/table.h"

// Where the time of runs goes, by operator, from a timeline of them. [any thread]
namespace tenon::cli::bench {

struct OperatorRow {
  std::string name;    // "Conv", or with nodes "Conv conv_1"
  uint64_t calls = 0;  // steps in all runs
  double busy = 0;     // seconds of all threads together
  double bytes = 0, flops = 0;
};

enum class Grouping : uint8_t { operators, nodes };

// The rows of a timeline that tenon_engine_trace gave, the longest first.
Result<std::vector<OperatorRow>> operator_rows(std::string_view timeline, Grouping grouping);

// Columns: calls and time a run, the share of the time, bytes, FLOPs and their rates, and the share
// of the limit: the time that the machine would need at its fp32 peak or at its read rate,
// whichever is longer, by the time taken. Bytes in a cache and arithmetic in bf16 or int8 may go
// beyond 100 %.
Table operator_table(const std::vector<OperatorRow>& rows, const Rates& limits, int64_t runs);
Json operator_json(const std::vector<OperatorRow>& rows, const Rates& limits, int64_t runs);

}  // namespace tenon::cli::bench
