// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <smmintrin.h>

// x86-64-v2 (SSE4.2): 4 lanes, no fused multiply-add.
namespace tenon::cpu::TENON_LEVEL {

constexpr int width = 4;         // lanes of F32
constexpr int tile_rows = 6;     // of a product whose sums stay in registers ...
constexpr int tile_vectors = 2;  // ... and vectors across
typedef float F32 __attribute__((vector_size(16)));
typedef int32_t I32 __attribute__((vector_size(16)));
typedef uint32_t U32 __attribute__((vector_size(16)));

TENON_INLINE F32 splat(float a) { return (F32)_mm_set1_ps(a); }
TENON_INLINE I32 splat(int32_t a) { return (I32)_mm_set1_epi32(a); }
TENON_INLINE F32 load(const float* from) { return (F32)_mm_loadu_ps(from); }
TENON_INLINE I32 load(const int32_t* from) { return (I32)_mm_loadu_si128((const __m128i*)from); }
TENON_INLINE void store(float* to, F32 a) { _mm_storeu_ps(to, (__m128)a); }
TENON_INLINE void store(int32_t* to, I32 a) { _mm_storeu_si128((__m128i*)to, (__m128i)a); }
// The first `lanes` lanes, 0 to width; the others load as zero and are not stored.
TENON_INLINE F32 load_part(const float* from, int64_t lanes) {
  F32 a = {};
  for (int64_t i = 0; i < lanes; ++i) a[i] = from[i];
  return a;
}
TENON_INLINE void store_part(float* to, F32 a, int64_t lanes) {
  for (int64_t i = 0; i < lanes; ++i) to[i] = a[i];
}
// The lanes whose bits are set; the others are not read, but zero or what is given instead.
TENON_INLINE F32 load_where(const float* from, uint32_t bits, F32 otherwise) {
  if ((bits & 15) == 15) return load(from);
  for (int i = 0; i < width; ++i) {
    if ((bits >> i & 1) != 0) otherwise[i] = from[i];
  }
  return otherwise;
}
TENON_INLINE F32 load_where(const float* from, uint32_t bits) {
  return load_where(from, bits, F32{});
}
// Lanes 0, 2, 4, ... of a, then of b.
TENON_INLINE F32 even_of(F32 a, F32 b) { return (F32)_mm_shuffle_ps((__m128)a, (__m128)b, 0x88); }
// Lanes of the lower or upper halves of a and b in turn.
TENON_INLINE F32 zip_low(F32 a, F32 b) { return (F32)_mm_unpacklo_ps((__m128)a, (__m128)b); }
TENON_INLINE F32 zip_high(F32 a, F32 b) { return (F32)_mm_unpackhi_ps((__m128)a, (__m128)b); }

TENON_INLINE F32 fma(F32 a, F32 b, F32 c) { return a * b + c; }
// The second operand where one is NaN.
TENON_INLINE F32 max(F32 a, F32 b) { return (F32)_mm_max_ps((__m128)a, (__m128)b); }
TENON_INLINE F32 min(F32 a, F32 b) { return (F32)_mm_min_ps((__m128)a, (__m128)b); }
TENON_INLINE F32 square_root(F32 a) { return (F32)_mm_sqrt_ps((__m128)a); }
TENON_INLINE I32 as_i32(F32 a) { return (I32)a; }
TENON_INLINE F32 as_f32(I32 a) { return (F32)a; }
TENON_INLINE F32 to_f32(I32 a) { return (F32)_mm_cvtepi32_ps((__m128i)a); }
// Half to even.
TENON_INLINE I32 round_to_i32(F32 a) { return (I32)_mm_cvtps_epi32((__m128)a); }
TENON_INLINE F32 round(F32 a) { return (F32)_mm_round_ps((__m128)a, 0x08); }
TENON_INLINE F32 floor(F32 a) { return (F32)_mm_round_ps((__m128)a, 0x09); }

// Halves, `width` of them: exponent and fraction move to their places, a product rescales them.
TENON_INLINE F32 load_f16(const uint16_t* from) {
  const I32 bits = (I32)_mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i*)from));
  const I32 magnitude = (bits & splat(0x7fff)) << 13;
  const F32 scaled = as_f32(magnitude) * splat(0x1p112f);
  const I32 is_special = (I32)(magnitude >= splat(0x7c00 << 13));
  const I32 special = magnitude | splat(0x7f800000);
  const I32 number = (is_special & special) | (~is_special & as_i32(scaled));
  return as_f32(number | ((bits & splat(0x8000)) << 16));
}
TENON_INLINE F32 load_bf16(const uint16_t* from) {
  const I32 wide = (I32)_mm_cvtepu16_epi32(_mm_loadl_epi64((const __m128i*)from));
  return as_f32(wide << 16);
}

// sums[lane] += the products of 4 neighbours: u8 by i8. Exact: pairs are widened before they meet.
TENON_INLINE I32 dot4(I32 sums, I32 unsigned_bytes, I32 signed_bytes) {
  const __m128i a = (__m128i)unsigned_bytes, b = (__m128i)signed_bytes;
  const __m128i even = _mm_madd_epi16(_mm_and_si128(a, _mm_set1_epi16(255)),
                                      _mm_srai_epi16(_mm_slli_epi16(b, 8), 8));
  const __m128i odd = _mm_madd_epi16(_mm_srli_epi16(a, 8), _mm_srai_epi16(b, 8));
  return sums + (I32)_mm_add_epi32(even, odd);
}
// sums[lane] += the products of 2 neighbours: bf16 by bf16, the odd one first.
TENON_INLINE F32 dot2(F32 sums, I32 a, I32 b) {
  const I32 high = splat((int32_t)0xffff0000);
  sums = fma(as_f32(a & high), as_f32(b & high), sums);
  return fma(as_f32(a << 16), as_f32(b << 16), sums);
}

// a * b + c, rounded once: products of f32 are exact in f64.
TENON_INLINE F32 fma_exact(F32 a, F32 b, F32 c) {
  const __m128 x = (__m128)a, y = (__m128)b, z = (__m128)c;
  const __m128d low = _mm_mul_pd(_mm_cvtps_pd(x), _mm_cvtps_pd(y)) + _mm_cvtps_pd(z);
  const __m128d high =
      _mm_mul_pd(_mm_cvtps_pd(_mm_movehl_ps(x, x)), _mm_cvtps_pd(_mm_movehl_ps(y, y))) +
      _mm_cvtps_pd(_mm_movehl_ps(z, z));
  return (F32)_mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
}
// a * 2^n for whole n of at most 250 either way, in two steps.
TENON_INLINE F32 scale(F32 a, F32 n) {
  const I32 whole = round_to_i32(n), half = whole >> 1;
  const I32 bias = splat(int32_t{127});
  return a * as_f32((half + bias) << 23) * as_f32((whole - half + bias) << 23);
}
// Whether a lane of what a comparison gives is set.
TENON_INLINE bool any(I32 a) { return _mm_movemask_ps((__m128)a) != 0; }
TENON_INLINE F32 ceil(F32 a) { return (F32)_mm_round_ps((__m128)a, 0x0a); }
TENON_INLINE F32 trunc(F32 a) { return (F32)_mm_round_ps((__m128)a, 0x0b); }

// `width` small integers.
TENON_INLINE I32 load_u8(const uint8_t* from) {
  return (I32)_mm_cvtepu8_epi32(_mm_loadu_si32(from));
}
TENON_INLINE I32 load_i8(const uint8_t* from) {
  return (I32)_mm_cvtepi8_epi32(_mm_loadu_si32(from));
}
// Each lane must fit.
TENON_INLINE void store_i8(uint8_t* to, I32 a) {
  const __m128i words = _mm_packs_epi32((__m128i)a, (__m128i)a);
  _mm_storeu_si32(to, _mm_packs_epi16(words, words));
}
// Each byte, 0 to 15, becomes the byte of the table that it numbers.
TENON_INLINE I32 look_up(const uint8_t* table, I32 numbers) {
  return (I32)_mm_shuffle_epi8(_mm_loadu_si128((const __m128i*)table), (__m128i)numbers);
}

// The bf16 that is nearest, half to even, as the high half of each lane.
TENON_INLINE I32 nearest_bf16(F32 a) {
  const I32 bits = as_i32(a);
  return bits + splat(0x7fff) + ((I32)((U32)bits >> 16) & splat(1));
}
// Both rounded to bf16: first all of `low`, then all of `high`.
constexpr bool has_dot2 = false;  // dot2 is one instruction
TENON_INLINE I32 to_bf16(F32 low, F32 high) {
  const __m128i a = _mm_srli_epi32((__m128i)nearest_bf16(low), 16);
  const __m128i b = _mm_srli_epi32((__m128i)nearest_bf16(high), 16);
  return (I32)_mm_packus_epi32(a, b);
}
// Halves of a and b in turn: those of the first halves of a and b, then those of the second.
TENON_INLINE void interleave16(I32 a, I32 b, I32& first_half, I32& second_half) {
  first_half = (I32)_mm_unpacklo_epi16((__m128i)a, (__m128i)b);
  second_half = (I32)_mm_unpackhi_epi16((__m128i)a, (__m128i)b);
}
// Row i of the lanes becomes lane i of the rows.
TENON_INLINE void transpose(I32 (&rows)[width]) {
  const __m128i a = _mm_unpacklo_epi32((__m128i)rows[0], (__m128i)rows[1]);
  const __m128i b = _mm_unpackhi_epi32((__m128i)rows[0], (__m128i)rows[1]);
  const __m128i c = _mm_unpacklo_epi32((__m128i)rows[2], (__m128i)rows[3]);
  const __m128i d = _mm_unpackhi_epi32((__m128i)rows[2], (__m128i)rows[3]);
  rows[0] = (I32)_mm_unpacklo_epi64(a, c);
  rows[1] = (I32)_mm_unpackhi_epi64(a, c);
  rows[2] = (I32)_mm_unpacklo_epi64(b, d);
  rows[3] = (I32)_mm_unpackhi_epi64(b, d);
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
