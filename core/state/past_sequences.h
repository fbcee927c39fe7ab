// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/run/session.h"
#include "core/state/decoder_ports.h"
#include "core/state/past.h"
#include "core/state/sequences.h"

#include <memory>
#include <vector>

// Sequences over an exported decoder: a graph that takes input_ids and past keys and values and
// gives logits and the present ones. Each sequence runs alone, as a batch of one, so that it has no
// padding.
namespace tenon {

// The graph with its past inputs as states, which stay on their device.
Graph with_past_as_states(const Graph& graph);

struct PastOptions {
  uint64_t context = 0;    // most tokens of a sequence, 0: no limit is known
  uint64_t tokens = 4096;  // of a sequence, for which memory is taken where the past is a state
  uint32_t sequences = 1;
};

class PastSequences final : public Sequences {
 public:
  // The session outlives the pool. Where its graph has states, the past stays on its device
  // (Code::unsupported when it has none of its own); else it passes through the host.
  static Result<std::unique_ptr<PastSequences>> make(Session& session, const PastOptions& options);

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

 private:
  struct Sequence {
    uint64_t length = 0;
    bool used = false;
  };

  PastSequences() = default;
  Result<Sequence*> find(uint32_t sequence);
  Status check_length(uint32_t sequence, uint64_t before, uint64_t more) const;
  Status advance(const StepEntry& entry, const LogitsSink& sink, const Patience& patience);

  Session* session_ = nullptr;
  DecoderPorts ports_;
  std::unique_ptr<Past> past_;
  std::vector<Sequence> sequences_;
  uint64_t context_ = 0;
};

}  // namespace tenon
