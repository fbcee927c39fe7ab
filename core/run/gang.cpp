// SPDX-License-Identifier: Apache-2.0
#include "core/run/gang.h"

#include "core/base/platform_pause.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <utility>

namespace tenon {
namespace {

using Clock = std::chrono::steady_clock;

// A helper that found nothing to do for so long leaves; after the shorter time it lets others have
// its core in between.
constexpr std::chrono::microseconds helper_leaves{50};
constexpr std::chrono::microseconds helper_yields{10};
// A leader whose last chunks are with helpers: after these times it yields, and sleeps.
constexpr std::chrono::microseconds leader_yields{20};
constexpr std::chrono::microseconds leader_sleeps{100};
constexpr uint32_t pauses_between_looks = 32;  // at the clock
// Of steps of one chunk, and of chunks that a leader runs itself.
constexpr uint64_t steps_between_polls = 16;
constexpr uint32_t chunks_between_polls = 8;
// More would leave no room for the failed claims that the word counts too.
constexpr uint64_t most_chunks = uint64_t{1} << 31;

uint32_t claimed(uint64_t word) { return static_cast<uint32_t>(word); }
uint32_t all(uint64_t word) { return static_cast<uint32_t>(word >> 32); }
bool has_work(uint64_t word) { return claimed(word) < all(word); }

Status poll(const tenon_cancel* cancel) {
  if (cancel == nullptr || cancel->poll == nullptr) return {};
  const tenon_status code = cancel->poll(cancel->context);
  return code == TENON_OK ? Status() : Status(static_cast<Code>(code), "stopped by the caller");
}

// How long something has been waited for, without asking the clock each time.
class Patience {
 public:
  // Waits a little, and more politely after the given time. Returns how long it has been in all.
  Clock::duration wait(Clock::duration yields_after) {
    const bool politely = waited_ >= yields_after;
    politely ? yield_core() : pause_core();
    if (++waits_ % pauses_between_looks != 0 && !politely) return waited_;
    const auto now = Clock::now();
    if (begin_ == Clock::time_point()) begin_ = now;
    return waited_ = now - begin_;
  }
  void reset() { *this = {}; }

 private:
  uint32_t waits_ = 0;
  Clock::time_point begin_ = {};
  Clock::duration waited_ = {};
};

}  // namespace

// A leader at work. Takes a frame when there is something to share, and gives it back.
class Gang::Lead {
 public:
  Lead(Gang& gang, void* data, const tenon_cancel* cancel)
      : gang_(gang), data_(data), cancel_(cancel) {}
  Lead(const Lead&) = delete;
  Lead& operator=(const Lead&) = delete;
  ~Lead() {
    if (frame_ != nullptr) gang_.give_back(*frame_);
  }

  Status run(const tenon_step& step, uint32_t chunks) {
    if (chunks > most_chunks) return invalid("{} chunks in a step", chunks);
    TENON_TRY(poll(cancel_));
    if (frame_ == nullptr && gang_.width_ > 1) frame_ = gang_.take();
    if (frame_ == nullptr) return run_alone(step, chunks);
    return share(step, chunks);
  }

 private:
  Status run_alone(const tenon_step& step, uint32_t chunks) {
    for (uint32_t chunk = 0; chunk < chunks; ++chunk) {
      if (chunk % chunks_between_polls == chunks_between_polls - 1) TENON_TRY(poll(cancel_));
      step.fn(&step, data_, chunk, 0);
    }
    return {};
  }

  // Takes back what nobody has claimed, and waits for the rest; also when a chunk throws.
  struct Published {
    Frame& frame;
    uint32_t mine = 0;
    ~Published() {
      const uint64_t word = frame.word.exchange(0, std::memory_order_acq_rel);
      frame.expected += std::min(claimed(word), all(word)) - mine;
      Patience patience;
      for (uint32_t done = frame.done.load(std::memory_order_acquire); done != frame.expected;
           done = frame.done.load(std::memory_order_acquire)) {
        if (patience.wait(leader_yields) < leader_sleeps) continue;
        frame.done.wait(done);
      }
    }
  };

  Status share(const tenon_step& step, uint32_t chunks) {
    Frame& frame = *frame_;
    frame.step = &step;
    frame.data = data_;
    Status status;
    {
      frame.from_the_end.store(0, std::memory_order_relaxed);
      frame.word.store(uint64_t{chunks} << 32);
      Published published{frame};
      gang_.call_helpers(chunks - 1);
      while (status.ok()) {
        if (claimed(frame.word.fetch_add(1, std::memory_order_acq_rel)) >= chunks) break;
        step.fn(&step, data_, published.mine++, 0);
        if (published.mine % chunks_between_polls == 0) status = poll(cancel_);
      }
    }
    if (frame.failed) std::rethrow_exception(frame.failure);
    return status;
  }

  Gang& gang_;
  void* data_;
  const tenon_cancel* cancel_;
  Frame* frame_ = nullptr;
};

Gang::Gang(uint32_t width, std::function<void()> attract)
    : width_(std::max(width, 1u)), attract_(std::move(attract)), slots_(width_) {}

Status Gang::run_steps(const tenon_step* steps, const uint32_t* chunks, uint64_t count, void* frame,
                       const tenon_cancel* cancel) {
  Lead lead(*this, frame, cancel);
  for (uint64_t i = 0; i < count; ++i) {
    if (i % steps_between_polls == 0) TENON_TRY(poll(cancel));
    if (chunks[i] == 1) {
      steps[i].fn(&steps[i], frame, 0, 0);
    } else if (chunks[i] > 1) {
      TENON_TRY(lead.run(steps[i], chunks[i]));
    }
  }
  return {};
}

void Gang::parallel_for(uint64_t count, uint64_t grain, void* context,
                        void (*fn)(void* context, uint64_t begin, uint64_t end)) {
  struct Range {
    uint64_t count, grain;
    void* context;
    void (*fn)(void* context, uint64_t begin, uint64_t end);
  };
  if (count == 0) return;
  const Range range{count, std::max({grain, uint64_t{1}, count / (most_chunks / 2)}), context, fn};
  const tenon_step step{[](const tenon_step* own, void*, uint32_t chunk, uint32_t) {
                          const auto& what = *static_cast<const Range*>(own->state);
                          const uint64_t begin = chunk * what.grain;
                          const uint64_t size = std::min(what.grain, what.count - begin);
                          what.fn(what.context, begin, begin + size);
                        },
                        &range};
  const auto chunks = static_cast<uint32_t>((count - 1) / range.grain + 1);
  static_cast<void>(run_steps(&step, &chunks, 1, nullptr, nullptr));
}

Gang::Frame* Gang::take() {
  uint64_t taken = taken_.load(std::memory_order_relaxed);
  while (~taken != 0) {
    const auto free = static_cast<uint32_t>(std::countr_one(taken));
    if (taken_.compare_exchange_weak(taken, taken | uint64_t{1} << free,
                                     std::memory_order_acq_rel)) {
      return &frames_[free];
    }
  }
  return nullptr;
}

void Gang::give_back(Frame& frame) {
  frame.failed = false;
  frame.failure = {};
  taken_.fetch_and(~(uint64_t{1} << (&frame - frames_.data())), std::memory_order_acq_rel);
}

// A helper that leaves first says so and then looks for work once more; here the work comes first
// and then the look at who is there. So one of the two sees the other.
void Gang::call_helpers(uint32_t wanted) {
  wanted = std::min(wanted, width_ - 1);
  uint32_t present = present_.load();
  while (present < wanted) {
    if (!present_.compare_exchange_weak(present, present + 1)) continue;
    try {
      attract_();
    } catch (...) {  // no memory for it: the work is done without
      --present_;
      return;
    }
    ++present;
  }
}

bool Gang::work_is_there() const {
  for (uint64_t taken = taken_.load(); taken != 0; taken &= taken - 1) {
    if (has_work(frames_[static_cast<size_t>(std::countr_zero(taken))].word.load())) return true;
  }
  return false;
}

void Gang::help() {
  while (true) {
    const uint32_t slot = take_slot();
    serve(slot);
    slots_[slot].store(false, std::memory_order_release);
    uint32_t present = present_.fetch_sub(1) - 1;
    if (!work_is_there()) return;
    do {
      if (present >= width_ - 1) return;
    } while (!present_.compare_exchange_weak(present, present + 1));
  }
}

// There are as many slots for helpers as may be present.
uint32_t Gang::take_slot() {
  for (uint32_t slot = 1;; slot = slot + 1 < width_ ? slot + 1 : 1) {
    if (!slots_[slot].exchange(true, std::memory_order_acq_rel)) return slot;
  }
}

void Gang::serve(uint32_t slot) {
  uint32_t last = 0;
  Patience patience;
  do {
    while (run_some(slot, last)) patience.reset();
  } while (patience.wait(helper_yields) < helper_leaves);
}

bool Gang::run_some(uint32_t slot, uint32_t& last) {
  // Where it helped before its caches are warm, so there it looks first.
  uint64_t taken = std::rotr(taken_.load(std::memory_order_acquire), static_cast<int>(last));
  for (uint32_t i = last; taken != 0; taken >>= 1, ++i) {
    const uint32_t place = i % most_leaders;
    if ((taken & 1) == 0 || !run_chunks(frames_[place], slot)) continue;
    last = place;
    return true;
  }
  return false;
}

bool Gang::run_chunks(Frame& frame, uint32_t slot) {
  bool ran = false;
  while (has_work(frame.word.load(std::memory_order_acquire))) {
    const uint64_t word = frame.word.fetch_add(1, std::memory_order_acq_rel);
    if (!has_work(word)) break;
    ran = true;
    const uint32_t behind = frame.from_the_end.fetch_add(1, std::memory_order_relaxed);
    try {
      frame.step->fn(frame.step, frame.data, all(word) - 1 - behind, slot);
    } catch (...) {
      if (!frame.failed.exchange(true)) frame.failure = std::current_exception();
    }
    frame.done.fetch_add(1);
    frame.done.notify_one();
  }
  return ran;
}

}  // namespace tenon
