// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/attention.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {

namespace {

constexpr int64_t tile_keys = attend_tile;
constexpr int64_t unit = 2 * width;  // what rows of packed numbers are filled up to
constexpr float hidden = -__builtin_inff();

TENON_INLINE int64_t up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }
TENON_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

// Words of 32 bits in a packed query or key: pairs of bf16, or f32.
TENON_INLINE int64_t depth_of(const AttendRows& r) {
  return r.halves ? up(r.size, 2 * unit) / 2 : up(r.size, unit);
}
TENON_INLINE int64_t values_depth(const AttendRows& r) {
  return r.halves ? tile_keys / 2 : tile_keys;
}
TENON_INLINE int64_t sums_width(const AttendRows& r) { return up(r.width, unit); }

// `width` numbers from place `begin` of a row of `size`; beyond it zeros.
template <AttendType type>
TENON_INLINE F32 load_numbers(const void* row, int64_t begin, int64_t size) {
  const int64_t left = size - begin;
  if (left <= 0) return zero();
  if constexpr (type == AttendType::f32) {
    const float* const from = (const float*)row + begin;
    return left >= width ? load(from) : load_part(from, left);
  } else {
    const uint16_t* const from = (const uint16_t*)row + begin;
    if (left >= width) return type == AttendType::f16 ? load_f16(from) : load_bf16(from);
    return type == AttendType::f16 ? load_f16_part(from, left) : load_bf16_part(from, left);
  }
}

// Words [begin, begin + width) of a row, as they are packed.
template <bool halves, AttendType type>
TENON_INLINE I32 load_words(const void* row, int64_t begin, int64_t size) {
  if constexpr (!halves) {
    return as_i32(load_numbers<type>(row, begin, size));
  } else {
    if (type == AttendType::bf16 && 2 * begin + 2 * width <= size) {
      return load((const int32_t*)row + begin);
    }
    return to_bf16(load_numbers<type>(row, 2 * begin, size),
                   load_numbers<type>(row, 2 * begin + width, size));
  }
}

template <bool halves>
TENON_INLINE F32 add_product(F32 sum, I32 a, I32 b) {
  if constexpr (halves) return dot2(sum, a, b);
  return fma(as_f32(a), as_f32(b), sum);
}

// c[r][column] = c * scale + the products of a [rows][depth] and b [depth][columns], for a block
// whose sums stay in registers. Without scales c is not read.
struct Product {
  const int32_t* a;
  int64_t a_stride;
  const int32_t* b;
  int64_t b_stride;
  int64_t depth;
  float* c;
  int64_t c_stride;
  const float* scale;
};

template <bool halves, int rows, int vectors>
TENON_INLINE void block(const Product& p, int64_t row, int64_t column) {
  F32 sums[rows][vectors];
  float* const c = p.c + row * p.c_stride + column;
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      sums[r][v] = p.scale == nullptr
                       ? zero()
                       : load(c + r * p.c_stride + v * width) * splat(p.scale[row + r]);
    }
  }
  const int32_t* const a = p.a + row * p.a_stride;
  const int32_t* b = p.b + column;
  for (int64_t k = 0; k < p.depth; ++k, b += p.b_stride) {
    I32 columns[vectors];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) columns[v] = load(b + v * width);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
      const I32 one = splat(a[r * p.a_stride + k]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) {
        sums[r][v] = add_product<halves>(sums[r][v], one, columns[v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) store(c + r * p.c_stride + v * width, sums[r][v]);
  }
}

// Columns are a multiple of two vectors.
template <bool halves, int rows>
static void stripe(const Product& p, int64_t row, int64_t columns) {
  for (int64_t column = 0; column < columns; column += unit) {
    block<halves, rows, 2>(p, row, column);
  }
}

template <bool halves>
static void multiply(const Product& p, int64_t rows, int64_t columns) {
  constexpr int most = tile_rows >= 12 ? 12 : 6;
  int64_t row = 0;
  for (; row + most <= rows; row += most) stripe<halves, most>(p, row, columns);
  if constexpr (most > 8) {
    for (; row + 8 <= rows; row += 8) stripe<halves, 8>(p, row, columns);
  }
  for (; row + 4 <= rows; row += 4) stripe<halves, 4>(p, row, columns);
  for (; row + 2 <= rows; row += 2) stripe<halves, 2>(p, row, columns);
  for (; row < rows; ++row) stripe<halves, 1>(p, row, columns);
}

// Keys as columns: words [depth][tile].
template <bool halves, AttendType type>
static void pack_keys(const AttendRows& r, const AttendTile& t) {
  const int64_t depth = depth_of(r);
  for (int64_t key = 0; key < tile_keys; key += width) {
    for (int64_t k = 0; k < depth; k += width) {
      I32 words[width];
#pragma GCC unroll 16
      for (int i = 0; i < width; ++i) {
        words[i] = load_words<halves, type>(t.keys[key + i], k, r.size);
      }
      transpose(words);
#pragma GCC unroll 16
      for (int i = 0; i < width; ++i) store(r.at.keys + (k + i) * tile_keys + key, words[i]);
    }
  }
}

// Values as rows; in halves, two keys in a word.
template <bool halves, AttendType type>
static void pack_values(const AttendRows& r, const AttendTile& t) {
  const int64_t columns = sums_width(r);
  if constexpr (halves) {
    for (int64_t key = 0; key < tile_keys; key += 2) {
      int32_t* const to = r.at.values + key / 2 * columns;
      const void* const one = t.values[key];
      const void* const other = t.values[key + 1];
      for (int64_t k = 0; k < columns / 2; k += width) {
        I32 low, high;
        interleave16(load_words<true, type>(one, k, r.width),
                     load_words<true, type>(other, k, r.width), low, high);
        store(to + 2 * k, low);
        store(to + 2 * k + width, high);
      }
    }
  } else {
    for (int64_t key = 0; key < tile_keys; ++key) {
      int32_t* const to = r.at.values + key * columns;
      for (int64_t k = 0; k < columns; k += width) {
        store(to + k, load_words<false, type>(t.values[key], k, r.width));
      }
    }
  }
}

// Few rows, as when one token follows another: keys and values are used as they are loaded, in the
// same order as when they are packed, and those of the next tile are fetched meanwhile.
constexpr int few = 8;

TENON_INLINE void fetch(const void* const* rows, int64_t row, int64_t byte) {
  if (rows != nullptr) __builtin_prefetch((const char*)rows[row] + byte, 0, 2);
}

template <bool halves, AttendType type, int rows>
static void score_few(const AttendRows& r, const AttendTile& t) {
  constexpr int64_t line = type == AttendType::f32 ? 4 * width : 2 * width;
  const int64_t depth = depth_of(r);
  for (int64_t key = 0; key < tile_keys; key += width) {
    F32 sums[rows] = {};
    for (int64_t k = 0; k < depth; k += width) {
      I32 words[width];
#pragma GCC unroll 16
      for (int i = 0; i < width; ++i) {
        fetch(t.next_keys, key + i, k * (halves ? 2 : 1) * line / width);
        words[i] = load_words<halves, type>(t.keys[key + i], k, r.size);
      }
      transpose(words);
#pragma GCC unroll 16
      for (int i = 0; i < width; ++i) {
#pragma GCC unroll 8
        for (int row = 0; row < rows; ++row) {
          const I32 one = splat(r.at.query[row * depth + k + i]);
          sums[row] = add_product<halves>(sums[row], one, words[i]);
        }
      }
    }
#pragma GCC unroll 8
    for (int row = 0; row < rows; ++row) store(r.at.scores + row * tile_keys + key, sums[row]);
  }
}

template <bool halves, AttendType type, int rows>
static void add_values_few(const AttendRows& r, const AttendTile& t, const float* scale) {
  constexpr int64_t line = type == AttendType::f32 ? 4 * width : 2 * width;
  const int64_t columns = sums_width(r), depth = values_depth(r);
  for (int64_t column = 0; column < columns; column += unit) {
    F32 sums[rows][2];
#pragma GCC unroll 8
    for (int row = 0; row < rows; ++row) {
      const float* const from = r.at.sums.values + row * columns + column;
      sums[row][0] = load(from) * splat(scale[row]);
      sums[row][1] = load(from + width) * splat(scale[row]);
    }
    for (int64_t key = 0; key < depth; ++key) {
      I32 low, high;
      if constexpr (halves) {
        fetch(t.next_values, 2 * key, column * line / width);
        fetch(t.next_values, 2 * key + 1, column * line / width);
        interleave16(load_words<true, type>(t.values[2 * key], column / 2, r.width),
                     load_words<true, type>(t.values[2 * key + 1], column / 2, r.width), low, high);
      } else {
        fetch(t.next_values, key, column * line / width);
        low = load_words<false, type>(t.values[key], column, r.width);
        high = load_words<false, type>(t.values[key], column + width, r.width);
      }
#pragma GCC unroll 8
      for (int row = 0; row < rows; ++row) {
        const I32 one = splat(r.at.shares[row * depth + key]);
        sums[row][0] = add_product<halves>(sums[row][0], one, low);
        sums[row][1] = add_product<halves>(sums[row][1], one, high);
      }
    }
#pragma GCC unroll 8
    for (int row = 0; row < rows; ++row) {
      store(r.at.sums.values + row * columns + column, sums[row][0]);
      store(r.at.sums.values + row * columns + column + width, sums[row][1]);
    }
  }
}

// 2^x for x <= 0, within 2 units in the last place; 0 where x < -126.
TENON_INLINE F32 power(F32 x) {
  const F32 whole = round(x);
  const F32 f = x - whole;
  F32 p = splat(1.5353362e-4f);
  p = fma(p, f, splat(1.3398874e-3f));
  p = fma(p, f, splat(9.6184373e-3f));
  p = fma(p, f, splat(5.5503324e-2f));
  p = fma(p, f, splat(2.4022648e-1f));
  p = fma(p, f, splat(6.9314720e-1f));
  p = fma(p, f, splat(1.0f));
  const F32 made = p * power_of_two(round_to_i32(max(whole, splat(-126.0f))));
  return x < splat(-126.0f) ? zero() : made;
}

constexpr float log2_of_e = 1.44269504f;

TENON_INLINE I32 places_from(int64_t begin) {
  int32_t numbers[width];
  for (int i = 0; i < width; ++i) numbers[i] = i;
  return load(numbers) + splat((int32_t)begin);
}

// The scores of a row where it sees the key, else -infinity.
TENON_INLINE void hide(float* scores, int64_t begin, int64_t first, int64_t limit) {
  if (first <= begin && limit >= begin + tile_keys) return;
  for (int64_t k = 0; k < tile_keys; k += width) {
    const I32 place = places_from(begin + k);
    const F32 s = load(scores + k);
    const F32 below = place < splat((int32_t)limit) ? s : splat(hidden);
    store(scores + k, place >= splat((int32_t)first) ? below : splat(hidden));
  }
}

TENON_INLINE F32 row_peak(const float* scores) {
  F32 peak = load(scores);
  for (int64_t k = width; k < tile_keys; k += width) peak = max(peak, load(scores + k));
  return peak;
}

// New peaks of up to `width` rows, and what their sums are multiplied by.
static void raise_peaks(const AttendRows& r, const AttendTile& t, int64_t row, float* scale) {
  const int64_t rows = least(width, r.rows - row);
  I32 lanes[width];
  for (int64_t i = 0; i < width; ++i) {
    if (i >= rows) {
      lanes[i] = as_i32(splat(hidden));
      continue;
    }
    float* const scores = r.at.scores + (row + i) * tile_keys;
    hide(scores, t.begin, t.first[row + i], t.limit[row + i]);
    lanes[i] = as_i32(row_peak(scores));
  }
  transpose(lanes);
  const F32 before = load(r.at.sums.peak + row);
  F32 peak = before;
  for (int i = 0; i < width; ++i) peak = max(peak, as_f32(lanes[i]));
  store(r.at.sums.peak + row, peak);
  const F32 seen = peak > splat(hidden) ? peak : zero();
  store(scale, power((before - seen) * splat(log2_of_e)));
}

// The shares of a row, packed, and their sum by lanes.
template <bool halves>
TENON_INLINE void weigh(const AttendRows& r, int64_t row, float peak, float scale) {
  const float* const scores = r.at.scores + row * tile_keys;
  int32_t* const to = r.at.shares + row * values_depth(r);
  const F32 seen = splat(peak > hidden ? peak : 0.0f);
  F32 total = load(r.at.sums.total + row * width) * splat(scale);
  for (int64_t k = 0; k < tile_keys; k += unit) {
    const F32 a = power((load(scores + k) - seen) * splat(log2_of_e));
    const F32 b = power((load(scores + k + width) - seen) * splat(log2_of_e));
    total = total + (a + b);
    if constexpr (halves) {
      store(to + k / 2, to_bf16(a, b));
    } else {
      store(to + k, as_i32(a));
      store(to + k + width, as_i32(b));
    }
  }
  store(r.at.sums.total + row * width, total);
}

template <bool halves>
static void weigh_rows(const AttendRows& r, int64_t row, const float* scale) {
  for (int64_t i = 0; i < width && row + i < r.rows; ++i) {
    weigh<halves>(r, row + i, r.at.sums.peak[row + i], scale[i]);
  }
}

template <bool halves, AttendType type>
static void absorb_few(const AttendRows& r, const AttendTile& t) {
  float scale[few > width ? few : width];
  for (int64_t row = 0; row < r.rows; row += width) {
    raise_peaks(r, t, row, scale + row);
    weigh_rows<halves>(r, row, scale + row);
  }
  if (r.rows > 4) return add_values_few<halves, type, 8>(r, t, scale);
  if (r.rows > 2) return add_values_few<halves, type, 4>(r, t, scale);
  if (r.rows > 1) return add_values_few<halves, type, 2>(r, t, scale);
  add_values_few<halves, type, 1>(r, t, scale);
}

template <bool halves, AttendType type>
static void absorb_as(const AttendRows& r, const AttendTile& t) {
  if (r.rows <= few) return absorb_few<halves, type>(r, t);
  pack_values<halves, type>(r, t);
  const int64_t depth = values_depth(r), columns = sums_width(r);
  for (int64_t row = 0; row < r.rows; row += width) {
    float scale[width];
    raise_peaks(r, t, row, scale);
    weigh_rows<halves>(r, row, scale);
    const Product p = {r.at.shares + row * depth,        depth,   r.at.values, columns, depth,
                       r.at.sums.values + row * columns, columns, scale};
    multiply<halves>(p, least(width, r.rows - row), columns);
  }
}

static void absorb(const AttendRows& r, const AttendTile& t) {
  switch (t.value_type) {
    case AttendType::f32:
      return r.halves ? absorb_as<true, AttendType::f32>(r, t)
                      : absorb_as<false, AttendType::f32>(r, t);
    case AttendType::f16:
      return r.halves ? absorb_as<true, AttendType::f16>(r, t)
                      : absorb_as<false, AttendType::f16>(r, t);
    case AttendType::bf16:
      return r.halves ? absorb_as<true, AttendType::bf16>(r, t)
                      : absorb_as<false, AttendType::bf16>(r, t);
  }
}

template <bool halves, AttendType type>
static void score_as(const AttendRows& r, const AttendTile& t) {
  if (r.rows <= 1) return score_few<halves, type, 1>(r, t);
  if (r.rows <= 2) return score_few<halves, type, 2>(r, t);
  if (r.rows <= 4) return score_few<halves, type, 4>(r, t);
  if (r.rows <= few) return score_few<halves, type, 8>(r, t);
  pack_keys<halves, type>(r, t);
  const int64_t depth = depth_of(r);
  const Product p = {r.at.query, depth,       r.at.keys, tile_keys,
                     depth,      r.at.scores, tile_keys, nullptr};
  multiply<halves>(p, r.rows, tile_keys);
}

static void score(const AttendRows& r, const AttendTile& t) {
  switch (t.key_type) {
    case AttendType::f32:
      return r.halves ? score_as<true, AttendType::f32>(r, t)
                      : score_as<false, AttendType::f32>(r, t);
    case AttendType::f16:
      return r.halves ? score_as<true, AttendType::f16>(r, t)
                      : score_as<false, AttendType::f16>(r, t);
    case AttendType::bf16:
      return r.halves ? score_as<true, AttendType::bf16>(r, t)
                      : score_as<false, AttendType::bf16>(r, t);
  }
}

template <AttendType type>
static void set_query_as(const AttendRows& r, int64_t row, const void* query, float scale) {
  const int64_t depth = depth_of(r);
  int32_t* const to = r.at.query + row * depth;
  const auto numbers = [&](int64_t begin) {
    return load_numbers<type>(query, begin, r.size) * splat(scale);
  };
  for (int64_t k = 0; k < depth; k += width) {
    store(to + k, r.halves ? to_bf16(numbers(2 * k), numbers(2 * k + width)) : as_i32(numbers(k)));
  }
}

static void set_query(const AttendRows& r, int64_t row, const void* query, AttendType type,
                      float scale) {
  switch (type) {
    case AttendType::f32:
      return set_query_as<AttendType::f32>(r, row, query, scale);
    case AttendType::f16:
      return set_query_as<AttendType::f16>(r, row, query, scale);
    case AttendType::bf16:
      return set_query_as<AttendType::bf16>(r, row, query, scale);
  }
}

static void begin(const AttendRows& r, const AttendSums& sums) {
  const int64_t columns = sums_width(r);
  for (int64_t i = 0; i < up(r.rows, few) * columns; i += width) store(sums.values + i, zero());
  for (int64_t i = 0; i < r.rows; ++i) store(sums.total + i * width, zero());
  for (int64_t i = 0; i < r.rows; i += width) store(sums.peak + i, splat(hidden));
}

static void merge(const AttendRows& r, const AttendSums& into, const AttendSums& part) {
  const int64_t columns = sums_width(r);
  for (int64_t row = 0; row < r.rows; ++row) {
    if (part.peak[row] == hidden) continue;
    const float peak = into.peak[row] > part.peak[row] ? into.peak[row] : part.peak[row];
    const auto scale_of = [&](float before) {
      return power((splat(before) - splat(peak)) * splat(log2_of_e));
    };
    const F32 own = scale_of(into.peak[row]), other = scale_of(part.peak[row]);
    float* const values = into.values + row * columns;
    const float* const more = part.values + row * columns;
    for (int64_t k = 0; k < columns; k += width) {
      store(values + k, fma(load(more + k), other, load(values + k) * own));
    }
    float* const total = into.total + row * width;
    store(total, fma(load(part.total + row * width), other, load(total) * own));
    into.peak[row] = peak;
  }
}

// limit * tanh(x / limit): tanh y = 1 - 2 / (1 + exp 2 y), of |y|; near 0 y itself is closer.
static void cap(const AttendRows& r, float limit) {
  const F32 inverse = splat(1 / limit);
  for (int64_t i = 0; i < r.rows * tile_keys; i += width) {
    const F32 y = load(r.at.scores + i) * inverse;
    const F32 e = power(abs(y) * splat(-2 * log2_of_e));
    const F32 far = (splat(1.0f) - e) / (splat(1.0f) + e);
    const F32 y2 = y * y;
    F32 p = fma(y2, splat(2.1869488e-2f), splat(-5.3968254e-2f));
    p = fma(p, y2, splat(1.3333333e-1f));
    p = fma(p, y2, splat(-3.3333333e-1f));
    const F32 near = fma(p * y2, y, y);
    const F32 signed_far = y < zero() ? -far : far;
    store(r.at.scores + i, (abs(y) < splat(0.25f) ? near : signed_far) * splat(limit));
  }
}

TENON_INLINE void store_number(void* to, AttendType type, int64_t i, float number) {
  if (type == AttendType::f32) {
    ((float*)to)[i] = number;
    return;
  }
  if (type == AttendType::bf16) {
    ((uint16_t*)to)[i] = (uint16_t)to_bf16(splat(number), splat(number))[0];
    return;
  }
  ((_Float16*)to)[i] = (_Float16)number;
}

static void end(const AttendRows& r, const AttendSums& all, int64_t row, void* result,
                AttendType type) {
  const float total = sum(load(all.total + row * width));
  const float share = total > 0 ? 1 / total : 0;
  const float* const sums = all.values + row * sums_width(r);
  int64_t k = 0;
  if (type == AttendType::f32) {
    for (; k + width <= r.width; k += width) {
      store((float*)result + k, load(sums + k) * splat(share));
    }
  }
  for (; k < r.width; ++k) store_number(result, type, k, sums[k] * share);
}

// Memory piece by piece, each at a multiple of 64 bytes; only counted without any.
struct Room {
  char* memory;
  int64_t bytes = 0;

  void* take(int64_t words) {
    char* const at = memory == nullptr ? nullptr : memory + bytes;
    bytes += up(4 * words, 64);
    return at;
  }
};

static int64_t sums_places(const AttendRows& r, AttendSums& sums, void* memory) {
  Room room = {(char*)memory};
  sums.values = (float*)room.take(up(r.rows, few) * sums_width(r));
  sums.peak = (float*)room.take(up(r.rows, width));
  sums.total = (float*)room.take(r.rows * width);
  return room.bytes;
}

// Rows that only fill up are zero, so that whatever is computed of them is too.
static int64_t places(AttendRows& r, void* memory) {
  const int64_t rows = up(r.rows, few), depth = depth_of(r), shares = values_depth(r);
  Room room = {(char*)memory};
  r.at.query = (int32_t*)room.take(rows * depth);
  r.at.keys = (int32_t*)room.take(r.rows <= few ? 0 : tile_keys * depth);
  r.at.values = (int32_t*)room.take(r.rows <= few ? 0 : shares * sums_width(r));
  r.at.shares = (int32_t*)room.take(rows * shares);
  r.at.scores = (float*)room.take(rows * tile_keys);
  if (memory != nullptr) {
    for (int64_t i = r.rows * depth; i < rows * depth; ++i) r.at.query[i] = 0;
    for (int64_t i = r.rows * shares; i < rows * shares; ++i) r.at.shares[i] = 0;
  }
  return room.bytes;
}

}  // namespace

extern const Attention attention;
const Attention attention = {
    .has_halves = has_dot2,
    .places = places,
    .sums_places = sums_places,
    .set_query = set_query,
    .begin = begin,
    .score = score,
    .cap = cap,
    .absorb = absorb,
    .merge = merge,
    .end = end,
};

}  // namespace tenon::cpu::TENON_LEVEL
