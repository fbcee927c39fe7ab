// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/attend_rules.h"
#include "plugins/backends/cpu/math/attention.h"

#include <array>
#include <cstddef>
#include <cstdint>

// The walk of some queries along the keys of their sequence: finds the keys' rows, and hands one
// tile after the other to the arithmetic. Of one thread; lives in memory that it is given.
namespace tenon::cpu {

// What is known of an attention when its sizes are.
struct AttendSizes {
  int64_t heads = 0, kv_heads = 0;
  int64_t size = 0;   // numbers of a key
  int64_t width = 0;  // numbers of a value
  int64_t sequences = 0;
  int64_t places = 0;     // rows of keys and values
  int64_t page_rows = 0;  // 0: sequences lie behind each other
  int64_t most_pages = 0;
  int64_t most_keys = 0;  // of one sequence
  double scale = 1;
  bool halves = false;
  const AttendScores* scores = nullptr;

  int64_t group() const { return heads / kv_heads; }
  // What the arithmetic is told of `tokens` queries of one group of heads.
  AttendRows rows(int64_t tokens) const {
    return {.rows = tokens * group(), .size = size, .width = width, .halves = halves};
  }
};

// An element of an input of i32 or i64.
int64_t index_at(const KernelArguments& arguments, size_t input, int64_t i);
AttendType attend_type(DType dtype);

// Queries of the tokens [first, limit), which are of one sequence, and of the groups of heads that
// share the heads [kv_head, kv_head + kv_heads) of keys.
struct AttendQueries {
  int64_t first = 0, limit = 0;
  int64_t kv_head = 0, kv_heads = 1;
};

class AttendWalk {
 public:
  static constexpr int64_t most_heads = 8;  // of keys

  // Bytes of memory for so many tokens and heads of keys, aligned to 64.
  static int64_t bytes(const AttendSizes& sizes, int64_t tokens, int64_t kv_heads);
  AttendWalk(const KernelArguments& arguments, const AttendSizes& sizes,
             const AttendQueries& queries, std::byte* memory);

  // The keys that any of the queries may see.
  int64_t first() const { return first_; }
  int64_t limit() const { return limit_; }
  // The rows of one head of keys: tokens one after the other, the heads of the group in each.
  const AttendRows& rows(int64_t head) const { return heads_[static_cast<size_t>(head)]; }
  // Where the sums of a head go, if not into memory of its own.
  void set_sums(int64_t head, const AttendSums& sums) {
    heads_[static_cast<size_t>(head)].at.sums = sums;
  }
  // Sums up the keys between a border and the next, from nothing.
  void sum_up(int64_t border);

 private:
  struct Pointers {
    const void* keys[attend_tile];
    const void* values[attend_tile];
  };

  void set_limits();
  void set_queries();
  void find_places(int64_t tile, Pointers* pointers);
  int64_t place_of(int64_t key) const;
  void change_scores(const AttendRows& rows, int64_t head, int64_t tile);

  const KernelArguments& arguments_;
  const AttendSizes& sizes_;
  AttendQueries queries_;
  int64_t owner_ = 0;  // their sequence; outside the step's: they see nothing
  int64_t begin_ = 0;  // its first row, where sequences lie behind each other
  int64_t first_ = 0, limit_ = 0;
  std::array<AttendRows, most_heads> heads_ = {};
  int32_t* row_first_ = nullptr;
  int32_t* row_limit_ = nullptr;
  std::byte* zeros_ = nullptr;
  Pointers* pointers_[2] = {};  // by head, of a tile and of the one after it
  bool holes_[attend_tile] = {};
  bool has_holes_ = false;
  bool has_queries_ = false;
};

}  // namespace tenon::cpu
