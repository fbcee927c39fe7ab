// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/state/page_pool.h"
#include "core/state/prefix_index.h"
#include "core/state/sequences.h"
#include "core/state/state_memory.h"
#include "core/state/step_block.h"

#include <map>
#include <memory>
#include <vector>

// Sequences over graphs that take a step block: keys and values lie in pages of a pool that forks
// share until one of them writes, recurrent states in one entry a sequence. The pages of sequences
// that begin alike are found by their tokens: what was computed once is not computed again while
// the pool has room, also when the sequence it was computed for is gone.
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

  // Tokens whose keys and values were found instead of computed, since the pool was made.
  uint64_t found_tokens() const { return found_tokens_; }
  uint64_t state_bytes() const { return memory_->bytes(); }
  size_t free_pages() const { return pages_->free(); }
  const Session& decoder() const { return *decoder_; }

 private:
  struct Sequence {
    std::vector<uint32_t> pages;
    std::vector<uint32_t> memory_pages;
    std::vector<int32_t> tokens;  // where pages are found by them
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
  Result<uint32_t> take_page();
  // The first tokens of an empty sequence that need no computing; at least one is left.
  size_t find_prefix(Sequence& sequence, const StepEntry& entry);
  Status run(std::span<const StepEntry> entries, const LogitsSink& sink, const Patience& patience);
  // Into outputs_.
  Status compute(std::span<const StepSequence> block, const Patience& patience);
  static Status deliver(std::span<const StepEntry> entries, const HostTensor& logits,
                        const LogitsSink& sink);
  StepShape shape() const;
  StateMemory::Share share(uint32_t sequence) const;

  Session* decoder_ = nullptr;
  Session* encoder_ = nullptr;
  std::unique_ptr<StateMemory> memory_;
  std::unique_ptr<PagePool> pages_, memory_pages_;
  std::unique_ptr<PrefixIndex> index_;  // null where a page depends on more than its tokens
  uint64_t found_tokens_ = 0;
  std::vector<Sequence> sequences_;
  std::vector<RunOutput> outputs_;  // of the last step, whose memory the next one uses again
  Options options_;
  bool paged_ = false, fixed_ = false;
};

}  // namespace tenon
