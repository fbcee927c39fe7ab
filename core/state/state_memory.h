// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan/plan.h"
#include "core/run/session.h"
#include "core/state/copies.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

// The memory of states on their devices, for all sequences of a pool: allocated once, shared by the
// graphs of a model that name the same state. One thread at a time; no run is under way when rows
// are copied, cleared, saved or restored.
namespace tenon {

struct PoolSizes {
  int64_t pages = 0;
  int64_t page_rows = 64;
  int64_t sequences = 1;
};

class StateMemory {
 public:
  // plans: of all graphs whose runs share the memory, outliving it.
  static Result<std::unique_ptr<StateMemory>> make(std::span<const Plan* const> plans,
                                                   const PoolSizes& sizes);

  const PoolSizes& sizes() const { return sizes_; }
  // The one device whose islands use the value; null when none does.
  static Result<Device*> device_of(const Plan& plan, ValueId value, std::string_view name);

  // The states of a plan, for Session::run(). [borrowed]
  std::vector<RunState> of(const Plan& plan) const;
  bool has(StateClass kept_as) const;
  uint64_t bytes() const;

  // The first `rows` rows of a page of every paged state (not the kept ones) go to another page.
  Status copy_page(uint32_t from, uint32_t to, int64_t rows);
  // What sequence `from` has in the fixed states goes to sequence `to`.
  Status copy_fixed(uint32_t from, uint32_t to);
  Status clear_fixed(uint32_t sequence);

  // Rows [0, rows) that lie in `pages`, state after state in the order of names, then fixed states.
  struct Share {
    std::span<const uint32_t> pages;
    int64_t rows = 0;
    std::span<const uint32_t> kept_pages;
    int64_t kept_rows = 0;
    uint32_t sequence = 0;
  };
  uint64_t saved_bytes(const Share& share) const;
  Status save(const Share& share, std::span<std::byte> to);
  Status restore(const Share& share, std::span<const std::byte> from);

 private:
  struct Part {
    Device* device = nullptr;
    Buffer buffer;
    DType dtype = DType::none;
    std::vector<int64_t> dims;
    StateClass kept_as = StateClass::growing;

    uint64_t row_bytes() const;  // of a row of a page, or of a sequence
    BufferPlace place(uint32_t page, int64_t row) const;
  };
  // A run of bytes of a part, for saving and restoring.
  struct Piece {
    BufferPlace place;
    uint64_t bytes = 0;
  };

  Status add(const Plan& plan, const GraphState& state);
  std::vector<Piece> pieces(const Share& share) const;

  PoolSizes sizes_;
  std::map<std::string, Part> parts_;
  Copies copies_;
};

}  // namespace tenon
