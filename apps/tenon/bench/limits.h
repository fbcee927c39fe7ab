// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/command.h"
#include "tenon/json.h"
#include "tenon/tenon.hpp"

// What this machine can do at most, measured now: arithmetic, memory, caches, and what the host's
// workers cost. One thread at a time.
namespace tenon::cli::bench {

struct Rates {
  uint32_t threads = 1;
  std::vector<std::pair<std::string, double>> peaks;  // operations a second, by kind
  double read = 0, write = 0;                         // bytes a second
};
// seconds: for each figure, about. memory: bytes that are streamed.
Result<Rates> measure_rates(std::string_view features, uint32_t threads, double seconds,
                            uint64_t memory);

// Bytes a second that threads read together, each from its part of so many bytes, again and again.
Result<double> read_rate(std::string_view features, uint32_t threads, double seconds,
                         uint64_t memory);

// "fp32" of the peaks, 0 when there is none.
double peak_of(const Rates& rates, std::string_view kind);

// tenon bench limits: everything, printed as --md, --csv and --json say.
Result<Exit> bench_limits(const Arguments& arguments);

// The processor's features and the workers, as the host tells plugins: task "bench" without a
// model.
Result<Json> measure_workers(const Engine& engine);

}  // namespace tenon::cli::bench
