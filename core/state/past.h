// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/run/session.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Where an exported decoder's keys and values lie between its runs: the past tensors of sequences.
// Lengths are tokens. One thread at a time.
namespace tenon {

// A past input of the graph, the output that follows it, and the axis that counts tokens.
struct PastPort {
  ValueId value = no_id;
  size_t output = 0;  // place in the graph's outputs
  size_t axis = 0;
};

class Past {
 public:
  Past() = default;
  Past(const Past&) = delete;
  Past& operator=(const Past&) = delete;
  virtual ~Past() = default;

  // Most tokens of a sequence; 0: no limit.
  virtual uint64_t capacity() const = 0;
  virtual Status clear(uint32_t sequence) = 0;
  virtual Status copy(uint32_t from, uint32_t to, uint64_t length) = 0;
  // Keeps the first `length` of `before` tokens.
  virtual Status cut(uint32_t sequence, uint64_t before, uint64_t length) = 0;
  // Bytes of all ports in their order, each dense.
  virtual uint64_t bytes(uint64_t length) const = 0;
  virtual Status save(uint32_t sequence, uint64_t length, std::span<std::byte> to) = 0;
  virtual Status restore(uint32_t sequence, uint64_t length, std::span<const std::byte> from) = 0;

  // What a run of the sequence is given beside its tokens.
  virtual void give(uint32_t sequence, uint64_t length, std::vector<RunInput>& inputs,
                    std::vector<RunState>& states) const = 0;
  // After a run that succeeded, with all its outputs: what it made is the past of the next.
  virtual void advance(uint32_t sequence, std::span<RunOutput> outputs) = 0;
  // Undoes the last advance() of the sequence.
  virtual void go_back(uint32_t sequence) = 0;
};

// Dims of a past tensor of `length` tokens: a free extent beside the batch of one is taken as 1.
std::vector<int64_t> past_dims(const Value& value, size_t axis, uint64_t length);

// Copies the first `length` of `before` tokens of a dense tensor. dims: 0 at the axis.
void cut_past(std::span<const int64_t> dims, size_t axis, size_t element, uint64_t before,
              uint64_t length, const std::byte* from, std::byte* to);

}  // namespace tenon
