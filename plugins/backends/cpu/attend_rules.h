// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"
#include "tenon/strip_vm.h"

#include <cstdint>
#include <optional>

// The mask and the score of an attention as programs over the keys of a tile, for one query after
// the other. Bounds and a soft cap, which most models have, need none. Immutable; [any thread].
namespace tenon::cpu {

// Inputs of tenon.Attend.
struct AttendInput {
  enum : size_t { query, key, value, sequence, positions, length, pages, start, prefix, table };
};

struct AttendQuery {
  int64_t position = 0;
  int64_t head = 0;
  int64_t sequence = 0;
};

class AttendScores {
 public:
  static Result<AttendScores> of(const NodeView& node);

  // Keys that no query sees: k > q + last and k < q + first.
  std::optional<int64_t> last() const { return last_; }
  std::optional<int64_t> first() const { return first_; }
  // The limit of scores limit * tanh(s / limit).
  std::optional<float> cap() const { return cap_; }
  // Whether rows have to be changed by the programs.
  bool has_programs() const { return mask_.has_value() || score_.has_value(); }
  // scores: of the keys [begin, begin + attend_tile) and this query.
  void change(const KernelArguments& arguments, const AttendQuery& query, int64_t begin,
              float* scores) const;

 private:
  std::optional<StripProgram> mask_, score_;
  std::optional<int64_t> last_, first_;
  std::optional<float> cap_;
};

}  // namespace tenon::cpu
