// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/byte_rows.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef int8_t SignedBytes __attribute__((vector_size(16)));

TENON_INLINE Bytes load_bytes(const uint8_t* from) {
  Bytes bytes;
  __builtin_memcpy(&bytes, from, sizeof(bytes));
  return bytes;
}
TENON_INLINE void store_bytes(uint8_t* to, Bytes bytes) {
  __builtin_memcpy(to, &bytes, sizeof(bytes));
}

// The first and the last bytes of a type; together all, where there are at most twice as many.
template <class Word>
TENON_INLINE void copy_ends(const uint8_t* from, int64_t count, uint8_t* to) {
  Word first, last;
  const int64_t at = count - static_cast<int64_t>(sizeof(Word));
  __builtin_memcpy(&first, from, sizeof(Word));
  __builtin_memcpy(&last, from + at, sizeof(Word));
  __builtin_memcpy(to, &first, sizeof(Word));
  __builtin_memcpy(to + at, &last, sizeof(Word));
}

// Exactly `count` bytes.
TENON_INLINE void copy(const uint8_t* from, int64_t count, uint8_t* to) {
  if (count >= 16) {
    for (int64_t i = 0; i + 16 < count; i += 16) store_bytes(to + i, load_bytes(from + i));
    return store_bytes(to + count - 16, load_bytes(from + count - 16));
  }
  if (count >= 8) return copy_ends<uint64_t>(from, count, to);
  if (count >= 4) return copy_ends<uint32_t>(from, count, to);
  for (int64_t i = 0; i < count; ++i) to[i] = from[i];
}

// Every second byte of 16, the first of them or the second.
TENON_INLINE Bytes even(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
TENON_INLINE Bytes odd(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// Exactly every second of 2 * count - 1 bytes. The last ones are read from one byte earlier, so
// that nothing behind them is.
TENON_INLINE void pick_second(const uint8_t* from, int64_t count, uint8_t* to) {
  if (count > 16) {
    for (int64_t i = 0; i + 16 < count; i += 16) {
      store_bytes(to + i, even(load_bytes(from + 2 * i), load_bytes(from + 2 * i + 16)));
    }
    const uint8_t* const end = from + 2 * count - 33;
    return store_bytes(to + count - 16, odd(load_bytes(end), load_bytes(end + 16)));
  }
  if (count > 8) {
    const Bytes first = even(load_bytes(from), Bytes{});
    const Bytes last = odd(load_bytes(from + 2 * count - 17), Bytes{});
    __builtin_memcpy(to, &first, 8);
    __builtin_memcpy(to + count - 8, &last, 8);
    return;
  }
  for (int64_t i = 0; i < count; ++i) to[i] = from[i * 2];
}

TENON_INLINE void pick(const uint8_t* from, int64_t step, int64_t count, uint8_t* to) {
  if (step == 2) return pick_second(from, count, to);
  for (int64_t i = 0; i < count; ++i) to[i] = from[i * step];
}

void pad(const PaddedRows& p, uint8_t* to) {
  const Bytes fill = Bytes{} + p.fill;
  for (int64_t row = 0; row < p.rows; ++row, to += p.pitch) {
    for (int64_t i = 0; i < p.before; i += 16) store_bytes(to + i, fill);
    for (int64_t i = p.before + p.count; i < p.pitch; i += 16) store_bytes(to + i, fill);
    const uint8_t* const from = p.from + row * p.stride;
    if (p.step == 1) {
      copy(from, p.count, to + p.before);
    } else {
      pick(from, p.step, p.count, to + p.before);
    }
  }
}

void cut(const uint8_t* from, int64_t rows, int64_t pitch, int64_t count, uint8_t* to,
         int64_t stride) {
  for (int64_t row = 0; row < rows; ++row) copy(from + row * pitch, count, to + row * stride);
}

template <class Vector>
TENON_INLINE void largest(const uint8_t* from, const int64_t* offsets, int64_t taps, int64_t count,
                          uint8_t* to) {
  for (int64_t i = 0; i < count; i += 32) {
    Vector a = (Vector)load_bytes(from + offsets[0] + i);
    Vector b = (Vector)load_bytes(from + offsets[0] + i + 16);
    for (int64_t t = 1; t < taps; ++t) {
      const Vector x = (Vector)load_bytes(from + offsets[t] + i);
      const Vector y = (Vector)load_bytes(from + offsets[t] + i + 16);
      a = x > a ? x : a;
      b = y > b ? y : b;
    }
    store_bytes(to + i, (Bytes)a);
    store_bytes(to + i + 16, (Bytes)b);
  }
}
void largest_unsigned(const uint8_t* from, const int64_t* offsets, int64_t taps, int64_t count,
                      uint8_t* to) {
  largest<Bytes>(from, offsets, taps, count, to);
}
void largest_signed(const uint8_t* from, const int64_t* offsets, int64_t taps, int64_t count,
                    uint8_t* to) {
  largest<SignedBytes>(from, offsets, taps, count, to);
}

}  // namespace

extern const ByteRows byte_rows;
const ByteRows byte_rows = {
    .pad = pad, .cut = cut, .largest_unsigned = largest_unsigned, .largest_signed = largest_signed};

}  // namespace tenon::cpu::TENON_LEVEL
