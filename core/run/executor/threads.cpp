// SPDX-License-Identifier: Apache-2.0
// The executor over std::thread, for the thread sanitizer, which does not know oneTBB's fences.
#include "core/run/services.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace tenon {
namespace {

// Threads that sleep until they are wanted. Never freed: they may still be at work when the process
// ends.
struct Crew {
  std::mutex mutex;
  std::condition_variable called;
  uint32_t threads = 0;
  uint32_t asleep = 0;
  uint32_t wanted = 0;

  void live(void (*help)()) {
    while (true) {
      {
        std::unique_lock lock(mutex);
        ++asleep;
        called.wait(lock, [this] { return wanted > 0; });
        --asleep;
        --wanted;
      }
      help();
    }
  }
};

}  // namespace

void attract(uint32_t width, void (*help)()) {
  static Crew& crew = *new Crew;
  const std::lock_guard lock(crew.mutex);
  ++crew.wanted;
  if (crew.wanted > crew.asleep && crew.threads + 1 < width) {
    ++crew.threads;
    std::thread([help] { crew.live(help); }).detach();
  }
  crew.called.notify_one();
}

}  // namespace tenon
