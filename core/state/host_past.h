// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/state/past.h"

#include <string>

// The past as tensors on the host, given to each run and taken from its outputs: always right, and
// what control flow or several devices need.
namespace tenon {

class HostPast final : public Past {
 public:
  // The graph outlives it.
  HostPast(const Graph& graph, std::vector<PastPort> ports, uint32_t sequences);

  uint64_t capacity() const override { return 0; }
  Status clear(uint32_t sequence) override;
  Status copy(uint32_t from, uint32_t to, uint64_t length) override;
  Status cut(uint32_t sequence, uint64_t before, uint64_t length) override;
  uint64_t bytes(uint64_t length) const override;
  Status save(uint32_t sequence, uint64_t length, std::span<std::byte> to) override;
  Status restore(uint32_t sequence, uint64_t length, std::span<const std::byte> from) override;
  void give(uint32_t sequence, uint64_t length, std::vector<RunInput>& inputs,
            std::vector<RunState>& states) const override;
  void advance(uint32_t sequence, std::span<RunOutput> outputs) override;
  void go_back(uint32_t sequence) override { now_[sequence] = before_[sequence]; }

 private:
  // Tensors are shared with copies and never changed.
  using Tensors = std::vector<HostTensor>;
  Result<Tensors> of_length(uint64_t length) const;

  const Graph& graph_;
  std::vector<PastPort> ports_;
  std::vector<Tensors> now_, before_;  // of each sequence
};

}  // namespace tenon
