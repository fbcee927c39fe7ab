// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/state/page_pool.h"
#include "core/state/sequences.h"
#include "core/state/state_memory.h"
#include "core/state/step_block.h"

#include <map>
#include <memory>
#include <vector>

// Sequences over graphs that take a step block: keys and values lie in pages of a pool that forks
// share until one of them writes, recurrent states in one entry a sequence.
namespace tenon {

class PagedSequences final : public Sequences {
 public:
  struct Options {
    uint64_t tokens = 0;     // room in all sequences together, at least 1
    uint64_t context = 0;    // most tokens of one sequence
    uint32_t sequences = 1;  // at a time
    uint32_t page_rows = 64;
  };

  // encoder: null for a decoder alone. The sessions outlive the pool.
  static Result<std::unique_ptr<PagedSequences>> make(Session& decoder, Session* encoder,
                                                      const Options& options);

  Result<uint32_t> create() override;
  Result<uint32_t> fork(uint32_t from) override;
  Status truncate(uint32_t sequence, uint64_t length) override;
  Status drop(uint32_t sequence) override;
  Result<uint64_t> length(uint32_t sequence) const override;
  Result<std::vector<std::byte>> save(uint32_t sequence) override;
  Status restore(uint32_t sequence, std::span<const std::byte> bytes) override;
  Status encode(uint32_t sequence, std::span<const int32_t> tokens,
                const Patience& patience) override;
  Status step(std::span<const StepEntry> entries, const LogitsSink& sink,
              const Patience& patience) override;

  uint64_t state_bytes() const { return memory_->bytes(); }
  size_t free_pages() const { return pages_->free(); }
  const Session& decoder() const { return *decoder_; }

 private:
  struct Sequence {
    std::vector<uint32_t> pages;
    std::vector<uint32_t> memory_pages;
    uint64_t length = 0;
    uint64_t memory_length = 0;
    uint64_t prefix = 0;
    bool used = false;
  };

  PagedSequences() = default;
  Result<Sequence*> find(uint32_t sequence);
  Result<uint32_t> free_slot();
  // Pages for `length` tokens, of which the sequence may write those from its own length on.
  Status make_room(Sequence& sequence, uint64_t length);
  void release(std::vector<uint32_t>& pages, PagePool& pool, size_t keep);
  Status run(std::span<const StepEntry> entries, const LogitsSink& sink, const Patience& patience);
  StepShape shape() const;
  StateMemory::Share share(uint32_t sequence) const;

  Session* decoder_ = nullptr;
  Session* encoder_ = nullptr;
  std::unique_ptr<StateMemory> memory_;
  std::unique_ptr<PagePool> pages_, memory_pages_;
  std::vector<Sequence> sequences_;
  Options options_;
  bool paged_ = false, fixed_ = false;
};

}  // namespace tenon
