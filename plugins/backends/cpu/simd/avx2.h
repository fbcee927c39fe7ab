// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <immintrin.h>

// AVX2, FMA, F16C: 8 lanes.
namespace tenon::cpu::TENON_LEVEL {

constexpr int width = 8;         // lanes of F32
constexpr int tile_rows = 6;     // of a product whose sums stay in registers ...
constexpr int tile_vectors = 2;  // ... and vectors across
typedef float F32 __attribute__((vector_size(32)));
typedef int32_t I32 __attribute__((vector_size(32)));
typedef uint32_t U32 __attribute__((vector_size(32)));

TENON_INLINE F32 splat(float a) { return (F32)_mm256_set1_ps(a); }
TENON_INLINE I32 splat(int32_t a) { return (I32)_mm256_set1_epi32(a); }
TENON_INLINE F32 load(const float* from) { return (F32)_mm256_loadu_ps(from); }
TENON_INLINE I32 load(const int32_t* from) { return (I32)_mm256_loadu_si256((const __m256i*)from); }
TENON_INLINE void store(float* to, F32 a) { _mm256_storeu_ps(to, (__m256)a); }
TENON_INLINE void store(int32_t* to, I32 a) { _mm256_storeu_si256((__m256i*)to, (__m256i)a); }
// The first `lanes` lanes, 0 to width; the others load as zero and are not stored.
TENON_INLINE __m256i first(int64_t lanes) {
  const __m256i places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)lanes), places);
}
TENON_INLINE F32 load_part(const float* from, int64_t lanes) {
  return (F32)_mm256_maskload_ps(from, first(lanes));
}
TENON_INLINE void store_part(float* to, F32 a, int64_t lanes) {
  _mm256_maskstore_ps(to, first(lanes), (__m256)a);
}
// The lanes whose bits are set; the others are not read, but zero or what is given instead.
TENON_INLINE __m256i lanes_of(uint32_t bits) {
  const __m256i places = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int)bits), places), places);
}
TENON_INLINE F32 load_where(const float* from, uint32_t bits) {
  return (F32)_mm256_maskload_ps(from, lanes_of(bits));
}
TENON_INLINE F32 load_where(const float* from, uint32_t bits, F32 otherwise) {
  const __m256i lanes = lanes_of(bits);
  return (F32)_mm256_blendv_ps((__m256)otherwise, _mm256_maskload_ps(from, lanes), (__m256)lanes);
}
// Lanes 0, 2, 4, ... of a, then of b.
TENON_INLINE F32 even_of(F32 a, F32 b) {
  const __m256 even = _mm256_shuffle_ps((__m256)a, (__m256)b, 0x88);
  return (F32)_mm256_permute4x64_pd(_mm256_castps_pd(even), 0xd8);
}
// Lanes of the lower or upper halves of a and b in turn.
TENON_INLINE F32 zip_low(F32 a, F32 b) {
  const __m256 low = _mm256_unpacklo_ps((__m256)a, (__m256)b);
  return (F32)_mm256_permute2f128_ps(low, _mm256_unpackhi_ps((__m256)a, (__m256)b), 0x20);
}
TENON_INLINE F32 zip_high(F32 a, F32 b) {
  const __m256 low = _mm256_unpacklo_ps((__m256)a, (__m256)b);
  return (F32)_mm256_permute2f128_ps(low, _mm256_unpackhi_ps((__m256)a, (__m256)b), 0x31);
}

TENON_INLINE F32 fma(F32 a, F32 b, F32 c) {
  return (F32)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
// The second operand where one is NaN.
TENON_INLINE F32 max(F32 a, F32 b) { return (F32)_mm256_max_ps((__m256)a, (__m256)b); }
TENON_INLINE F32 min(F32 a, F32 b) { return (F32)_mm256_min_ps((__m256)a, (__m256)b); }
TENON_INLINE F32 square_root(F32 a) { return (F32)_mm256_sqrt_ps((__m256)a); }
TENON_INLINE I32 as_i32(F32 a) { return (I32)a; }
TENON_INLINE F32 as_f32(I32 a) { return (F32)a; }
TENON_INLINE F32 to_f32(I32 a) { return (F32)_mm256_cvtepi32_ps((__m256i)a); }
// Half to even.
TENON_INLINE I32 round_to_i32(F32 a) { return (I32)_mm256_cvtps_epi32((__m256)a); }
TENON_INLINE F32 round(F32 a) { return (F32)_mm256_round_ps((__m256)a, 0x08); }
TENON_INLINE F32 floor(F32 a) { return (F32)_mm256_round_ps((__m256)a, 0x09); }

// Halves, `width` of them.
TENON_INLINE F32 load_f16(const uint16_t* from) {
  return (F32)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)from));
}
TENON_INLINE F32 load_bf16(const uint16_t* from) {
  const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i*)from));
  return (F32)_mm256_slli_epi32(wide, 16);
}
TENON_INLINE void store_f16(uint16_t* to, F32 a) {
  _mm_storeu_si128((__m128i*)to, _mm256_cvtps_ph((__m256)a, 0x08));
}

// sums[lane] += the products of 4 neighbours: u8 by i8. Exact: pairs are widened before they meet.
TENON_INLINE I32 dot4(I32 sums, I32 unsigned_bytes, I32 signed_bytes) {
  const __m256i a = (__m256i)unsigned_bytes, b = (__m256i)signed_bytes;
  const __m256i even = _mm256_madd_epi16(_mm256_and_si256(a, _mm256_set1_epi16(255)),
                                         _mm256_srai_epi16(_mm256_slli_epi16(b, 8), 8));
  const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(a, 8), _mm256_srai_epi16(b, 8));
  return sums + (I32)_mm256_add_epi32(even, odd);
}
// sums[lane] += the products of 2 neighbours: bf16 by bf16, the odd one first.
TENON_INLINE F32 dot2(F32 sums, I32 a, I32 b) {
  const I32 high = splat((int32_t)0xffff0000);
  sums = fma(as_f32(a & high), as_f32(b & high), sums);
  return fma(as_f32(a << 16), as_f32(b << 16), sums);
}

// a * b + c, rounded once.
TENON_INLINE F32 fma_exact(F32 a, F32 b, F32 c) { return fma(a, b, c); }
// a * 2^n for whole n of at most 250 either way, in two steps.
TENON_INLINE F32 scale(F32 a, F32 n) {
  const I32 whole = round_to_i32(n), half = whole >> 1;
  const I32 bias = splat(int32_t{127});
  return a * as_f32((half + bias) << 23) * as_f32((whole - half + bias) << 23);
}
// Whether a lane of what a comparison gives is set.
TENON_INLINE bool any(I32 a) { return _mm256_movemask_ps((__m256)a) != 0; }
TENON_INLINE F32 ceil(F32 a) { return (F32)_mm256_round_ps((__m256)a, 0x0a); }
TENON_INLINE F32 trunc(F32 a) { return (F32)_mm256_round_ps((__m256)a, 0x0b); }

// `width` small integers.
TENON_INLINE I32 load_u8(const uint8_t* from) {
  return (I32)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)from));
}
TENON_INLINE I32 load_i8(const uint8_t* from) {
  return (I32)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i*)from));
}
// Each lane must fit.
TENON_INLINE void store_i8(uint8_t* to, I32 a) {
  const __m128i low = _mm256_castsi256_si128((__m256i)a);
  const __m128i words = _mm_packs_epi32(low, _mm256_extracti128_si256((__m256i)a, 1));
  _mm_storel_epi64((__m128i*)to, _mm_packs_epi16(words, words));
}
// Each byte, 0 to 15, becomes the byte of the table that it numbers.
TENON_INLINE I32 look_up(const uint8_t* table, I32 numbers) {
  const __m256i all = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i*)table));
  return (I32)_mm256_shuffle_epi8(all, (__m256i)numbers);
}

// The bf16 that is nearest, half to even, as the high half of each lane.
TENON_INLINE I32 nearest_bf16(F32 a) {
  const I32 bits = as_i32(a);
  return bits + splat(0x7fff) + ((I32)((U32)bits >> 16) & splat(1));
}
// Both rounded to bf16: first all of `low`, then all of `high`.
constexpr bool has_dot2 = false;  // dot2 is one instruction
TENON_INLINE I32 to_bf16(F32 low, F32 high) {
  const __m256i a = _mm256_srli_epi32((__m256i)nearest_bf16(low), 16);
  const __m256i b = _mm256_srli_epi32((__m256i)nearest_bf16(high), 16);
  return (I32)_mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), 0xd8);
}
// Halves of a and b in turn: those of the first halves of a and b, then those of the second.
TENON_INLINE void interleave16(I32 a, I32 b, I32& first_half, I32& second_half) {
  const __m256i low = _mm256_unpacklo_epi16((__m256i)a, (__m256i)b);
  const __m256i high = _mm256_unpackhi_epi16((__m256i)a, (__m256i)b);
  first_half = (I32)_mm256_permute2x128_si256(low, high, 0x20);
  second_half = (I32)_mm256_permute2x128_si256(low, high, 0x31);
}
// Row i of the lanes becomes lane i of the rows.
TENON_INLINE void transpose(I32 (&rows)[width]) {
  __m256i a[width], b[width];
#pragma GCC unroll 4
  for (int i = 0; i < width; i += 2) {
    a[i] = _mm256_unpacklo_epi32((__m256i)rows[i], (__m256i)rows[i + 1]);
    a[i + 1] = _mm256_unpackhi_epi32((__m256i)rows[i], (__m256i)rows[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < width; i += 4) {
    b[i] = _mm256_unpacklo_epi64(a[i], a[i + 2]);
    b[i + 1] = _mm256_unpackhi_epi64(a[i], a[i + 2]);
    b[i + 2] = _mm256_unpacklo_epi64(a[i + 1], a[i + 3]);
    b[i + 3] = _mm256_unpackhi_epi64(a[i + 1], a[i + 3]);
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    rows[j] = (I32)_mm256_permute2x128_si256(b[j], b[4 + j], 0x20);
    rows[4 + j] = (I32)_mm256_permute2x128_si256(b[j], b[4 + j], 0x31);
  }
}

// The first `lanes` halves, at least 0; the others are zero.
TENON_INLINE F32 load_f16_part(const uint16_t* from, int64_t lanes) {
  uint16_t numbers[width] = {};
  for (int64_t i = 0; i < lanes; ++i) numbers[i] = from[i];
  return load_f16(numbers);
}
TENON_INLINE F32 load_bf16_part(const uint16_t* from, int64_t lanes) {
  uint16_t numbers[width] = {};
  for (int64_t i = 0; i < lanes; ++i) numbers[i] = from[i];
  return load_bf16(numbers);
}

}  // namespace tenon::cpu::TENON_LEVEL
