// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/engine.h"

// Timing of a graph: creation of the session, the first run, and slices of runs on one input.
// One thread at a time.
namespace tenon::cli::bench {

// A model made ready, as often as --creations says; the last one stays.
struct Subject {
  Engine engine;
  Model model;
  Session session;
  std::vector<double> creations;  // seconds each, from the path to ready
  double memory_before_mb = 0;
};
Result<Subject> open_subject(const Arguments& arguments);

// Paced mode over creations: a run makes one session, from the path to ready.
Result<Exit> pace_creations(const Arguments& arguments);

// Times it and prints the figures, or serves slices when --paced is given.
Result<Exit> bench_graph(Subject& subject, const Arguments& arguments);

}  // namespace tenon::cli::bench
