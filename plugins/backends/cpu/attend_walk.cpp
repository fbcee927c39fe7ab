// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/attend_walk.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace tenon::cpu {
namespace {

using Input = AttendInput;

constexpr int64_t farthest = int64_t{1} << 30;  // positions are of 32 bits

int64_t up(int64_t bytes) { return (bytes + 63) / 64 * 64; }

int64_t zero_bytes(const AttendSizes& sizes) { return up(4 * std::max(sizes.size, sizes.width)); }

// `index` rows of `count` numbers on, for each head.
const std::byte* row_at(const void* data, DType dtype, int64_t row, int64_t count) {
  return static_cast<const std::byte*>(data) +
         row * count * static_cast<int64_t>(element_bytes(dtype));
}

}  // namespace

int64_t index_at(const KernelArguments& arguments, size_t input, int64_t i) {
  const void* const data = arguments.input_data(input);
  return arguments.input_dtype(input) == DType::i32 ? static_cast<const int32_t*>(data)[i]
                                                    : static_cast<const int64_t*>(data)[i];
}

AttendType attend_type(DType dtype) {
  return dtype == DType::f32   ? AttendType::f32
         : dtype == DType::f16 ? AttendType::f16
                               : AttendType::bf16;
}

int64_t AttendWalk::bytes(const AttendSizes& sizes, int64_t tokens, int64_t kv_heads) {
  AttendRows rows = sizes.rows(tokens);
  const int64_t of_head = attention().places(rows, nullptr) +
                          attention().sums_places(rows, rows.at.sums, nullptr) +
                          2 * up(sizeof(Pointers));
  return kv_heads * of_head + 2 * up(4 * rows.rows) + zero_bytes(sizes);
}

AttendWalk::AttendWalk(const KernelArguments& arguments, const AttendSizes& sizes,
                       const AttendQueries& queries, std::byte* memory)
    : arguments_(arguments), sizes_(sizes), queries_(queries) {
  const auto take = [&](int64_t bytes) { return std::exchange(memory, memory + up(bytes)); };
  const AttendRows rows = sizes.rows(queries.limit - queries.first);
  for (int64_t i = 0; i < queries.kv_heads; ++i) {
    AttendRows& head = heads_[static_cast<size_t>(i)];
    head = rows;
    memory += attention().places(head, memory);
    memory += attention().sums_places(head, head.at.sums, memory);
  }
  for (Pointers*& pointers : pointers_) {
    pointers = reinterpret_cast<Pointers*>(
        take(queries.kv_heads * static_cast<int64_t>(sizeof(Pointers))));
  }
  row_first_ = reinterpret_cast<int32_t*>(take(4 * rows.rows));
  row_limit_ = reinterpret_cast<int32_t*>(take(4 * rows.rows));
  zeros_ = take(zero_bytes(sizes));
  std::memset(zeros_, 0, static_cast<size_t>(zero_bytes(sizes)));
  owner_ = index_at(arguments, Input::sequence, queries.first);
  set_limits();
}

void AttendWalk::set_limits() {
  const bool is_known = owner_ >= 0 && owner_ < sizes_.sequences;
  int64_t keys = 0;
  if (is_known) {
    keys = std::min(index_at(arguments_, Input::length, owner_), sizes_.most_keys);
    if (sizes_.page_rows == 0) begin_ = index_at(arguments_, Input::start, owner_);
  }
  first_ = keys;
  const int64_t group = sizes_.group();
  for (int64_t token = queries_.first; token < queries_.limit; ++token) {
    const int64_t position =
        std::clamp(index_at(arguments_, Input::positions, token), -farthest, farthest);
    int64_t limit = keys, first = 0;
    if (sizes_.scores->last()) limit = std::min(limit, position + *sizes_.scores->last() + 1);
    if (sizes_.scores->first()) first = std::max<int64_t>(0, position + *sizes_.scores->first());
    if (first >= limit) first = limit = 0;
    const int64_t row = (token - queries_.first) * group;
    std::fill_n(row_first_ + row, group, static_cast<int32_t>(first));
    std::fill_n(row_limit_ + row, group, static_cast<int32_t>(limit));
    if (first >= limit) continue;
    first_ = std::min(first_, first);
    limit_ = std::max(limit_, limit);
  }
}

void AttendWalk::set_queries() {
  has_queries_ = true;
  const DType dtype = arguments_.input_dtype(Input::query);
  const void* const data = arguments_.input_data(Input::query);
  const int64_t group = sizes_.group();
  for (int64_t i = 0; i < queries_.kv_heads; ++i) {
    const AttendRows& rows = heads_[static_cast<size_t>(i)];
    for (int64_t row = 0; row < rows.rows; ++row) {
      const int64_t token = queries_.first + row / group;
      const int64_t head = (queries_.kv_head + i) * group + row % group;
      attention().set_query(rows, row,
                            row_at(data, dtype, token * sizes_.heads + head, sizes_.size),
                            attend_type(dtype), static_cast<float>(sizes_.scale));
    }
  }
}

// The row of keys and values, or -1.
int64_t AttendWalk::place_of(int64_t key) const {
  if (sizes_.page_rows == 0) {
    return begin_ >= 0 && begin_ < sizes_.places && key < sizes_.places - begin_ ? begin_ + key
                                                                                 : -1;
  }
  const int64_t page =
      index_at(arguments_, Input::pages, owner_ * sizes_.most_pages + key / sizes_.page_rows);
  if (page < 0 || page >= sizes_.places / sizes_.page_rows) return -1;
  return page * sizes_.page_rows + key % sizes_.page_rows;
}

// Where the keys of a tile are, for each head.
void AttendWalk::find_places(int64_t tile, Pointers* pointers) {
  const DType key_type = arguments_.input_dtype(Input::key);
  const DType value_type = arguments_.input_dtype(Input::value);
  const void* const keys = arguments_.input_data(Input::key);
  const void* const values = arguments_.input_data(Input::value);
  const auto key_bytes = sizes_.size * static_cast<int64_t>(element_bytes(key_type));
  const auto value_bytes = sizes_.width * static_cast<int64_t>(element_bytes(value_type));
  for (int64_t k = 0; k < attend_tile; ++k) {
    const int64_t place = tile + k < limit_ ? place_of(tile + k) : -1;
    const int64_t row = place * sizes_.kv_heads + queries_.kv_head;
    const std::byte* key = row_at(keys, key_type, row, sizes_.size);
    const std::byte* value = row_at(values, value_type, row, sizes_.width);
    for (int64_t i = 0; i < queries_.kv_heads; ++i) {
      pointers[i].keys[k] = place < 0 ? zeros_ : key + i * key_bytes;
      pointers[i].values[k] = place < 0 ? zeros_ : value + i * value_bytes;
    }
  }
}

// What the arithmetic does not know of masks and scores.
void AttendWalk::change_scores(const AttendRows& rows, int64_t head, int64_t tile) {
  const AttendScores& rules = *sizes_.scores;
  if (rules.cap()) attention().cap(rows, *rules.cap());
  if (!rules.has_programs() && !has_holes_) return;
  const int64_t group = sizes_.group();
  for (int64_t row = 0; row < rows.rows; ++row) {
    if (row_first_[row] >= tile + attend_tile || row_limit_[row] <= tile) continue;
    float* const scores = rows.at.scores + row * attend_tile;
    if (rules.has_programs()) {
      const int64_t token = queries_.first + row / group;
      const int64_t position =
          std::clamp(index_at(arguments_, Input::positions, token), -farthest, farthest);
      rules.change(arguments_, {position, head * group + row % group, owner_}, tile, scores);
    }
    for (int64_t k = 0; k < attend_tile && has_holes_; ++k) {
      if (holes_[k]) scores[k] = -std::numeric_limits<float>::infinity();
    }
  }
}

void AttendWalk::sum_up(int64_t border) {
  for (int64_t i = 0; i < queries_.kv_heads; ++i) {
    const AttendRows& rows = heads_[static_cast<size_t>(i)];
    attention().begin(rows, rows.at.sums);
  }
  const int64_t end = std::min(border + attend_border, limit_);
  int64_t tile = std::max(border, first_ / attend_tile * attend_tile);
  if (tile < end && !has_queries_) set_queries();
  if (tile < end) find_places(tile, pointers_[0]);
  for (; tile < end; tile += attend_tile) {
    const bool has_next = tile + attend_tile < end;
    if (has_next) find_places(tile + attend_tile, pointers_[1]);
    has_holes_ = false;
    for (int64_t k = 0; k < attend_tile; ++k) {
      holes_[k] = tile + k < limit_ && pointers_[0][0].keys[k] == zeros_;
      has_holes_ = has_holes_ || holes_[k];
    }
    for (int64_t i = 0; i < queries_.kv_heads; ++i) {
      const AttendRows& rows = heads_[static_cast<size_t>(i)];
      const AttendTile one = {
          .keys = pointers_[0][i].keys,
          .values = pointers_[0][i].values,
          .next_keys = has_next ? pointers_[1][i].keys : nullptr,
          .next_values = has_next ? pointers_[1][i].values : nullptr,
          .key_type = attend_type(arguments_.input_dtype(Input::key)),
          .value_type = attend_type(arguments_.input_dtype(Input::value)),
          .begin = tile,
          .first = row_first_,
          .limit = row_limit_,
      };
      attention().score(rows, one);
      change_scores(rows, queries_.kv_head + i, tile);
      attention().absorb(rows, one);
    }
    std::swap(pointers_[0], pointers_[1]);
  }
}

}  // namespace tenon::cpu
