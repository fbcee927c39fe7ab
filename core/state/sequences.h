// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/host_value.h"
#include "core/run/wait.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

// Texts token by token: sequences that grow by runs of a model, and what the model remembers of
// each. One thread at a time; a failed call leaves all sequences as they were.
namespace tenon {

enum class Want : uint8_t { none, last, all };

// Tokens to append to a sequence, at least one.
struct StepEntry {
  uint32_t sequence = 0;
  std::span<const int32_t> tokens;
  Want want = Want::last;
};

// Takes the logits of an entry: f32 [rows, vocabulary], rows 1 or the entry's tokens.
using LogitsSink = std::function<Status(const HostTensor& logits)>;

class Sequences {
 public:
  Sequences() = default;
  Sequences(const Sequences&) = delete;
  Sequences& operator=(const Sequences&) = delete;
  virtual ~Sequences() = default;

  // A sequence without tokens; its number.
  virtual Result<uint32_t> create() = 0;
  // A second sequence with the same tokens.
  virtual Result<uint32_t> fork(uint32_t from) = 0;
  // Forgets the tokens from `length` on. Code::unsupported when the state cannot go back there.
  virtual Status truncate(uint32_t sequence, uint64_t length) = 0;
  virtual Status drop(uint32_t sequence) = 0;
  virtual Result<uint64_t> length(uint32_t sequence) const = 0;
  // All that is remembered of a sequence, whatever the pages; and back into an empty one.
  virtual Result<std::vector<std::byte>> save(uint32_t sequence) = 0;
  virtual Status restore(uint32_t sequence, std::span<const std::byte> bytes) = 0;
  // The encoder's turn: what the sequence and its forks attend to.
  virtual Status encode(uint32_t sequence, std::span<const int32_t> tokens,
                        const Patience& patience) = 0;
  // Appends to each entry's sequence, all in one run; a sequence is named once. The sink is called
  // in order, for the entries that want logits.
  virtual Status step(std::span<const StepEntry> entries, const LogitsSink& sink,
                      const Patience& patience) = 0;
};

}  // namespace tenon
