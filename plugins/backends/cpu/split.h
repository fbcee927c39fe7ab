// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

// Sizes cut into parts that differ by at most one. [any thread]
namespace tenon::cpu {

constexpr int64_t divide_up(int64_t size, int64_t by) { return (size + by - 1) / by; }
constexpr int64_t round_up(int64_t size, int64_t to) { return divide_up(size, to) * to; }
// Rows so many floats apart meet in the same few places of a cache and push each other out.
constexpr bool rows_collide(int64_t floats) {
  return floats % 1024 < 32 || floats % 1024 > 1024 - 32;
}

struct Split {
  int64_t size = 0;
  int64_t parts = 1;

  // As few parts as possible of at most `most`.
  static constexpr Split of_at_most(int64_t size, int64_t most) {
    return {size, std::max<int64_t>(divide_up(size, most), 1)};
  }
  constexpr int64_t begin(int64_t part) const {
    return part * (size / parts) + std::min(part, size % parts);
  }
  constexpr int64_t count(int64_t part) const { return begin(part + 1) - begin(part); }
};

// The line of each row of the next panel that a tile fetches meanwhile: its own one, or none.
constexpr const float* line_ahead(const float* panel, int64_t columns, int64_t tile) {
  constexpr int64_t line = 16;
  return tile * line < columns ? panel + tile * line : nullptr;
}

// How many multiply-adds a chunk should have of a node that has so many: enough chunks that two or
// more workers end together, none that is not worth its claim. A matter of sizes, never of workers.
constexpr double chunk_products(double all) { return std::max(4e5, all / 24); }

}  // namespace tenon::cpu
