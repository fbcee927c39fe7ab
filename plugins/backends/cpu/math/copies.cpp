// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/copies.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

template <int... lane>
struct List {};
template <int n, int... lane>
struct Count : Count<n - 1, n - 1, lane...> {};
template <int... lane>
struct Count<0, lane...> {
  using type = List<lane...>;
};

// The upper block of `half` lanes of a takes the place of the lower one of b, in all such blocks.
template <int half, int... lane>
TENON_INLINE void exchange(I32& a, I32& b, List<lane...>) {
  const I32 low =
      __builtin_shufflevector(a, b, ((lane & half) == 0 ? lane : width + lane - half)...);
  const I32 high =
      __builtin_shufflevector(a, b, ((lane & half) == 0 ? lane + half : width + lane)...);
  a = low;
  b = high;
}

template <int half>
TENON_INLINE void exchange_all(I32 (&rows)[width]) {
  if constexpr (half > 0) {
#pragma GCC unroll 16
    for (int i = 0; i < width; ++i) {
      if ((i & half) == 0) exchange<half>(rows[i], rows[i + half], typename Count<width>::type{});
    }
    exchange_all<half / 2>(rows);
  }
}

// A square of width x width elements of 4 bytes.
TENON_INLINE void turn_square(const int32_t* from, int64_t from_stride, int32_t* to,
                              int64_t to_stride) {
  I32 rows[width];
#pragma GCC unroll 16
  for (int i = 0; i < width; ++i) rows[i] = load(from + i * from_stride);
  exchange_all<width / 2>(rows);
#pragma GCC unroll 16
  for (int i = 0; i < width; ++i) store(to + i * to_stride, rows[i]);
}

template <class T>
void turn_part(const T* from, int64_t from_stride, T* to, int64_t to_stride, int64_t rows,
               int64_t columns) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) to[r * to_stride + c] = from[c * from_stride + r];
  }
}

void turned_words(const void* from, int64_t from_stride, void* to, int64_t to_stride, int64_t rows,
                  int64_t columns) {
  const auto* x = static_cast<const int32_t*>(from);
  auto* y = static_cast<int32_t*>(to);
  const int64_t whole_rows = rows / width * width, whole_columns = columns / width * width;
  for (int64_t c = 0; c < whole_columns; c += width) {
    for (int64_t r = 0; r < whole_rows; r += width) {
      turn_square(x + c * from_stride + r, from_stride, y + r * to_stride + c, to_stride);
    }
  }
  turn_part(x + whole_columns * from_stride, from_stride, y + whole_columns, to_stride, whole_rows,
            columns - whole_columns);
  turn_part(x + whole_rows, from_stride, y + whole_rows * to_stride, to_stride, rows - whole_rows,
            columns);
}

// In squares that stay in the first cache.
template <class T>
void turned(const void* from, int64_t from_stride, void* to, int64_t to_stride, int64_t rows,
            int64_t columns) {
  constexpr int64_t side = 16;
  const auto* x = static_cast<const T*>(from);
  auto* y = static_cast<T*>(to);
  for (int64_t c = 0; c < columns; c += side) {
    const int64_t across = columns - c < side ? columns - c : side;
    for (int64_t r = 0; r < rows; r += side) {
      turn_part(x + c * from_stride + r, from_stride, y + r * to_stride + c, to_stride,
                rows - r < side ? rows - r : side, across);
    }
  }
}

template <class T>
void copy_rows(const void* from, int64_t from_stride, void* to, int64_t to_stride, int64_t rows,
               int64_t columns) {
  const auto* x = static_cast<const T*>(from);
  auto* y = static_cast<T*>(to);
  const int64_t bytes = columns * static_cast<int64_t>(sizeof(T));
  constexpr int64_t vector = width * 4;
  for (int64_t r = 0; r < rows; ++r, x += from_stride, y += to_stride) {
    if (bytes > 1024 || bytes < vector) {
      __builtin_memcpy(y, x, static_cast<size_t>(bytes));
      continue;
    }
    // Whole vectors, the last one back from the end.
    const auto* source = reinterpret_cast<const char*>(x);
    auto* target = reinterpret_cast<char*>(y);
    for (int64_t i = 0; i + vector < bytes; i += vector) {
      store(reinterpret_cast<float*>(target + i), load(reinterpret_cast<const float*>(source + i)));
    }
    const int64_t last = bytes - vector;
    store(reinterpret_cast<float*>(target + last),
          load(reinterpret_cast<const float*>(source + last)));
  }
}

}  // namespace

extern const Copies copies;
const Copies copies = {
    {copy_rows<uint8_t>, copy_rows<uint16_t>, copy_rows<uint32_t>, copy_rows<uint64_t>},
    {turned<uint8_t>, turned<uint16_t>, turned_words, turned<uint64_t>}};

}  // namespace tenon::cpu::TENON_LEVEL
