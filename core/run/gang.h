// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/host.h"
#include "tenon/status.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <vector>

// How threads share the chunks of a step. The thread that runs steps is the leader: it publishes a
// step in one atomic word, from which it and the helpers that happen to be there claim chunks one
// by one. The leader never waits for a helper to come or to go, only for chunks that are claimed;
// a step of one chunk is not published. Where helpers come from is the executor's business. Several
// leaders share the helpers; a helper may itself lead. [any thread]
namespace tenon {

class Gang {
 public:
  // attract(): has one more thread call help() soon, and does not wait for that. There are never
  // more than width - 1.
  Gang(uint32_t width, std::function<void()> attract);

  // Threads that may run chunks of one step at once, the leader included; also one more than the
  // largest slot.
  uint32_t width() const { return width_; }

  // What the functions of tenon_tasks promise.
  Status run_steps(const tenon_step* steps, const uint32_t* chunks, uint64_t count, void* frame,
                   const tenon_cancel* cancel);
  void parallel_for(uint64_t count, uint64_t grain, void* context,
                    void (*fn)(void* context, uint64_t begin, uint64_t end));

  // Runs chunks of whoever leads, until there were none for some microseconds.
  void help();

 private:
  // One step that is being shared. Never freed, so that a helper may look at it at any time.
  struct alignas(64) Frame {
    // Chunks in all (upper half) and claimed (lower half). Nothing else tells that there is work.
    std::atomic<uint64_t> word = 0;
    // The leader takes chunks from the front, helpers from the end: the same part of each step
    // stays with the same core and its cache. Claims are never more than chunks, so they do not
    // meet.
    std::atomic<uint32_t> from_the_end = 0;
    alignas(64) std::atomic<uint32_t> done = 0;  // chunks that helpers have run, ever
    std::atomic<bool> failed = false;
    // Set by the leader while nothing is published.
    alignas(64) const tenon_step* step = nullptr;
    void* data = nullptr;
    uint32_t expected = 0;            // of `done` when no chunk is claimed
    std::exception_ptr failure = {};  // what a helper threw, once `failed`
  };
  class Lead;

  static constexpr size_t most_leaders = 64;

  // A frame for a leader, or null when all are taken.
  Frame* take();
  void give_back(Frame& frame);
  void call_helpers(uint32_t wanted);
  bool work_is_there() const;
  // Runs chunks until nobody had any for a while.
  void serve(uint32_t slot);
  // Whether there was any.
  bool run_some(uint32_t slot, uint32_t& last);
  bool run_chunks(Frame& frame, uint32_t slot);
  uint32_t take_slot();

  const uint32_t width_;
  const std::function<void()> attract_;
  std::array<Frame, most_leaders> frames_;
  alignas(64) std::atomic<uint64_t> taken_ = 0;    // frames, one bit each
  alignas(64) std::atomic<uint32_t> present_ = 0;  // helpers, those on their way included
  std::vector<std::atomic<bool>> slots_;           // in use by a helper
};

}  // namespace tenon
