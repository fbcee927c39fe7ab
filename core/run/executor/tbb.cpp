// SPDX-License-Identifier: Apache-2.0
// The executor over oneTBB: one arena for all plugins, made at the first task.
#include "core/run/services.h"

#include "core/base/border.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>

namespace tenon {
namespace {

std::atomic<uint32_t>& wanted_width() {
  static std::atomic<uint32_t> width = 0;
  return width;
}

tbb::task_arena& arena() {
  static tbb::task_arena made(
      static_cast<int>(wanted_width() > 0 ? wanted_width().load() : usable_cores()));
  return made;
}

Status run_all(const tenon_step* steps, const uint32_t* chunks, uint64_t count, void* frame,
               const tenon_cancel* cancel) {
  for (uint64_t i = 0; i < count; ++i) {
    if (cancel != nullptr && cancel->poll != nullptr) {
      const tenon_status code = cancel->poll(cancel->context);
      if (code != TENON_OK) return Status(static_cast<Code>(code), "stopped by the caller");
    }
    const tenon_step& step = steps[i];
    if (chunks[i] == 1) {
      step.fn(&step, frame, 0, 0);
    } else if (chunks[i] > 1) {
      tbb::parallel_for(0u, chunks[i], [&](uint32_t chunk) {
        step.fn(&step, frame, chunk,
                static_cast<uint32_t>(tbb::this_task_arena::current_thread_index()));
      });
    }
  }
  return {};
}

const tenon_tasks table = {
    .size = sizeof(tenon_tasks),
    .reserved = 0,
    .width = []() -> uint32_t { return static_cast<uint32_t>(arena().max_concurrency()); },
    .run_steps = [](const tenon_step* steps, const uint32_t* chunks, uint64_t count, void* frame,
                    const tenon_cancel* cancel) -> tenon_status {
      return at_border([&] {
        return arena().execute([&] { return run_all(steps, chunks, count, frame, cancel); });
      });
    },
    .parallel_for = [](uint64_t count, uint64_t grain, void* context,
                       void (*fn)(void*, uint64_t, uint64_t)) -> tenon_status {
      return at_border([&]() -> Status {
        arena().execute([&] {
          tbb::parallel_for(tbb::blocked_range<uint64_t>(0, count, grain == 0 ? 1 : grain),
                            [&](const auto& range) { fn(context, range.begin(), range.end()); });
        });
        return {};
      });
    },
};

}  // namespace

void set_task_width(uint32_t width) { wanted_width() = width; }
const tenon_tasks& tasks_table() { return table; }

}  // namespace tenon
