// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/run/session.h"
#include "core/state/sequences.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

// Sequences over an exported decoder: a graph that takes input_ids and past keys and values and
// gives logits and the present ones. Each sequence runs alone, as a batch of one, so that it has no
// padding.
namespace tenon {

// What the inputs and outputs of a graph mean to a decoder.
struct DecoderPorts {
  std::string tokens;                                                        // input_ids
  std::string mask, positions, types, use_cache, past_length, total_length;  // "": has none
  std::vector<std::pair<std::string, std::string>> past;  // input, the output that follows it
  std::string logits;

  // Code::unsupported, with the reason, when the graph is no such decoder.
  static Result<DecoderPorts> of(const Graph& graph);
};

class PastSequences final : public Sequences {
 public:
  // context: most tokens of a sequence, 0: no limit is known. The session outlives the pool.
  static Result<std::unique_ptr<PastSequences>> make(Session& session, uint64_t context,
                                                     uint32_t sequences);

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
  // Keys and values so far, in the order of the ports; shared with forks, never changed.
  struct Sequence {
    std::vector<HostTensor> past;
    uint64_t length = 0;
    bool used = false;
  };

  PastSequences() = default;
  Result<Sequence*> find(uint32_t sequence);
  Result<std::vector<HostTensor>> nothing() const;  // past of no tokens
  Result<HostTensor> port(const std::string& name, const StepEntry& entry,
                          const Sequence& sequence) const;
  Result<std::vector<RunInput>> inputs(const StepEntry& entry, const Sequence& sequence) const;
  Status advance(const StepEntry& entry, Sequence& sequence, const LogitsSink& sink,
                 const Patience& patience);

  Session* session_ = nullptr;
  DecoderPorts ports_;
  std::vector<size_t> axes_;  // of the past inputs: where tokens are counted
  std::vector<Sequence> sequences_;
  uint64_t context_ = 0;
};

}  // namespace tenon
