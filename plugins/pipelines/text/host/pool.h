// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/task.h"
#include "sampling/beam.h"

#include <functional>
#include <memory>

// Sequences over the host's model, owned. Failures of the host have no text here: the host has kept
// it. One thread at a time.
namespace tenon::text {

// What the model says of itself: kind, context, vocabulary, generate.
Result<Json> facts_of(const Host& host);

class Pool {
 public:
  using Logits = BeamModel::Logits;

  static Result<Pool> open(const Host& host, uint64_t tokens, uint32_t sequences,
                           const tenon_cancel* cancel);

  Result<uint32_t> create();
  Result<uint32_t> fork(uint32_t sequence);
  Status drop(uint32_t sequence);
  Status encode(uint32_t sequence, std::span<const int32_t> tokens);
  // Appends tokens to a sequence; the logits after the last one.
  Status append(uint32_t sequence, std::span<const int32_t> tokens, std::vector<float>& logits);
  // Appends one token to each of several sequences.
  Status step(std::span<const BeamModel::Next> next, const Logits& logits);

 private:
  struct Closer {
    const tenon_sequences_table* table;
    void operator()(tenon_sequences* pool) const { table->destroy(pool); }
  };
  Pool(const tenon_sequences_table& table, tenon_sequences* pool, const tenon_cancel* cancel)
      : table_(&table), pool_(pool, Closer{&table}), cancel_(cancel) {}
  Status run(std::span<const tenon_step_entry> entries, const Logits& logits);

  const tenon_sequences_table* table_;
  std::unique_ptr<tenon_sequences, Closer> pool_;
  const tenon_cancel* cancel_;
};

// A pool as beam search wants it.
class PoolBeams : public BeamModel {
 public:
  explicit PoolBeams(Pool& pool) : pool_(pool) {}
  Result<uint32_t> fork(uint32_t sequence) override { return pool_.fork(sequence); }
  Status drop(uint32_t sequence) override { return pool_.drop(sequence); }
  Status step(std::span<const Next> next, const Logits& logits) override {
    return pool_.step(next, logits);
  }

 private:
  Pool& pool_;
};

}  // namespace tenon::text
