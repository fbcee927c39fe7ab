// SPDX-License-Identifier: Apache-2.0
// The executor over std::thread, for the thread sanitizer, which does not know oneTBB's fences.
// Threads live for one call: plain, not fast.
#include "core/run/services.h"

#include "core/base/border.h"

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace tenon {
namespace {

std::atomic<uint32_t>& wanted_width() {
  static std::atomic<uint32_t> width = 0;
  return width;
}

uint32_t width() { return wanted_width() > 0 ? wanted_width().load() : usable_cores(); }

// Calls work(item, slot) for every item, on as many threads as there are slots.
void spread(uint64_t items, const std::function<void(uint64_t, uint32_t)>& work) {
  std::atomic<uint64_t> next = 0;
  const auto worker = [&](uint32_t slot) {
    for (uint64_t item = next++; item < items; item = next++) work(item, slot);
  };
  std::vector<std::jthread> threads;
  for (uint32_t slot = 1; slot < width() && slot < items; ++slot) {
    threads.emplace_back(worker, slot);
  }
  worker(0);
}

Status run_all(const tenon_step* steps, const uint32_t* chunks, uint64_t count, void* frame,
               const tenon_cancel* cancel) {
  for (uint64_t i = 0; i < count; ++i) {
    if (cancel != nullptr && cancel->poll != nullptr) {
      const tenon_status code = cancel->poll(cancel->context);
      if (code != TENON_OK) return Status(static_cast<Code>(code), "stopped by the caller");
    }
    spread(chunks[i], [&](uint64_t chunk, uint32_t slot) {
      steps[i].fn(&steps[i], frame, static_cast<uint32_t>(chunk), slot);
    });
  }
  return {};
}

const tenon_tasks table = {
    .size = sizeof(tenon_tasks),
    .reserved = 0,
    .width = []() -> uint32_t { return width(); },
    .run_steps = [](const tenon_step* steps, const uint32_t* chunks, uint64_t count, void* frame,
                    const tenon_cancel* cancel) -> tenon_status {
      return at_border([&] { return run_all(steps, chunks, count, frame, cancel); });
    },
    .parallel_for = [](uint64_t count, uint64_t grain, void* context,
                       void (*fn)(void*, uint64_t, uint64_t)) -> tenon_status {
      return at_border([&]() -> Status {
        const uint64_t step = grain == 0 ? 1 : grain;
        spread((count + step - 1) / step, [&](uint64_t item, uint32_t) {
          fn(context, item * step, std::min(count, (item + 1) * step));
        });
        return {};
      });
    },
};

}  // namespace

void set_task_width(uint32_t width) { wanted_width() = width; }
const tenon_tasks& tasks_table() { return table; }

}  // namespace tenon
