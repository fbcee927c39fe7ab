// SPDX-License-Identifier: Apache-2.0
// The table tenon.host.tasks/1: one gang for all plugins, made at the first task.
#include "core/base/border.h"
#include "core/run/gang.h"
#include "core/run/services.h"

#include <atomic>

namespace tenon {
namespace {

std::atomic<uint32_t>& wanted_width() {
  static std::atomic<uint32_t> width = 0;
  return width;
}

Gang& gang() {
  static const uint32_t width = wanted_width() > 0 ? wanted_width().load() : usable_cores();
  // Never freed: helpers may still look at it when the process ends.
  static Gang& made = *new Gang(width, [] { attract(width, [] { gang().help(); }); });
  return made;
}

const tenon_tasks table = {
    .size = sizeof(tenon_tasks),
    .reserved = 0,
    .width = []() -> uint32_t { return gang().width(); },
    .run_steps = [](const tenon_step* steps, const uint32_t* chunks, uint64_t count, void* frame,
                    const tenon_cancel* cancel) -> tenon_status {
      return at_border([&] { return gang().run_steps(steps, chunks, count, frame, cancel); });
    },
    .parallel_for = [](uint64_t count, uint64_t grain, void* context,
                       void (*fn)(void*, uint64_t, uint64_t)) -> tenon_status {
      return at_border([&]() -> Status {
        gang().parallel_for(count, grain, context, fn);
        return {};
      });
    },
};

}  // namespace

void set_task_width(uint32_t width) { wanted_width() = width; }
const tenon_tasks& tasks_table() { return table; }

}  // namespace tenon
