// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

// How time is taken: many short slices of a run, told by their percentiles, and slices on demand
// for a program that lets two benchmarks take turns. One thread at a time.
namespace tenon::cli::bench {

using Run = std::function<Status()>;

// Seconds that so many runs take together.
Result<double> seconds_of(const Run& run, int64_t count = 1);

// Runs for that long and at least twice; the seconds of the fastest run.
Result<double> warm_up(const Run& run, double seconds);

// Slices of so many runs each until that long has passed, at least three; seconds of one run in
// each.
Result<std::vector<double>> timed_slices(const Run& run, int64_t runs, double seconds);

// Between the two nearest values, as numpy has it. share: 0 to 100.
double percentile(std::vector<double> values, double share);

// Paced mode: one JSON line when it begins; then, for each line of standard input, an untimed
// refresh, for another program had the caches in between, and a slice, whose seconds of one run are
// printed. Ends with its input.
Status serve_slices(const Run& refresh, const std::function<Result<double>()>& slice);

// The two halves of paced mode for those who cannot be called: waits for a line; false at the end.
bool slice_is_wanted();
void answer_ready();
void answer_slice(double seconds);

}  // namespace tenon::cli::bench
