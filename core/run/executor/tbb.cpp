// SPDX-License-Identifier: Apache-2.0
// The executor over oneTBB: one arena for all plugins, made at the first task.
#include "core/run/services.h"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>

namespace tenon {

namespace {

// Never freed: its threads may still be at work when the process ends.
struct Pool {
  explicit Pool(uint32_t width)
      : most(tbb::global_control::max_allowed_parallelism,
             std::max<size_t>(width, tbb::this_task_arena::max_concurrency())),
        arena(static_cast<int>(width), 1) {}
  tbb::global_control most;  // may be more than there are cores
  tbb::task_arena arena;
};

}  // namespace

void attract(uint32_t width, void (*help)()) {
  static Pool& pool = *new Pool(width);
  pool.arena.enqueue(help);
}

}  // namespace tenon
