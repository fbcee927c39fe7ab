// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan/plan.h"
#include "core/state/copies.h"
#include "core/state/past.h"

#include <memory>

// The past on its device: for each past tensor and sequence two buffers that take turns, one is
// read while the other takes the longer one, so that a run copies nothing through the host. The
// ports are states of the plan's graph.
namespace tenon {

class PastMemory final : public Past {
 public:
  // Code::unsupported when the plan does not keep a port on one device. capacity: tokens of a
  // sequence, for which the memory is taken.
  static Result<std::unique_ptr<PastMemory>> make(const Plan& plan,
                                                  const std::vector<PastPort>& ports,
                                                  uint64_t capacity, uint32_t sequences);

  uint64_t capacity() const override { return capacity_; }
  Status clear(uint32_t) override { return {}; }
  Status copy(uint32_t from, uint32_t to, uint64_t length) override;
  Status cut(uint32_t sequence, uint64_t before, uint64_t length) override;
  uint64_t bytes(uint64_t length) const override;
  Status save(uint32_t sequence, uint64_t length, std::span<std::byte> to) override;
  Status restore(uint32_t sequence, uint64_t length, std::span<const std::byte> from) override;
  void give(uint32_t sequence, uint64_t length, std::vector<RunInput>& inputs,
            std::vector<RunState>& states) const override;
  void advance(uint32_t sequence, std::span<RunOutput>) override { turn(sequence); }
  void go_back(uint32_t sequence) override { turn(sequence); }

 private:
  struct Port {
    PastPort port;
    Device* device = nullptr;
    DType dtype = DType::none;
    std::vector<int64_t> dims;    // 0 where tokens are counted
    std::vector<Buffer> buffers;  // two for each sequence

    std::vector<int64_t> dims_of(uint64_t length) const;
    uint64_t bytes_of(uint64_t length) const;
  };

  Status add(const Plan& plan, const PastPort& port);
  void turn(uint32_t sequence) { second_[sequence] = !second_[sequence]; }
  // What is read of a sequence, or, next, what is written.
  BufferPlace place(const Port& port, uint32_t sequence, bool next) const;

  uint64_t capacity_ = 0;
  std::vector<Port> ports_;
  Copies copies_;
  std::vector<bool> second_;  // of each sequence: which buffer is read
};

}  // namespace tenon
