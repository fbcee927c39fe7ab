// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <immintrin.h>

// AVX-512 F, BW, DQ, VL, VNNI, BF16: 16 lanes.
namespace tenon::cpu::TENON_LEVEL {

constexpr int width = 16;        // lanes of F32
constexpr int tile_rows = 14;    // of a product whose sums stay in registers ...
constexpr int tile_vectors = 2;  // ... and vectors across
typedef float F32 __attribute__((vector_size(64)));
typedef int32_t I32 __attribute__((vector_size(64)));
typedef uint32_t U32 __attribute__((vector_size(64)));

TENON_INLINE F32 splat(float a) { return (F32)_mm512_set1_ps(a); }
TENON_INLINE I32 splat(int32_t a) { return (I32)_mm512_set1_epi32(a); }
TENON_INLINE F32 load(const float* from) { return (F32)_mm512_loadu_ps(from); }
TENON_INLINE I32 load(const int32_t* from) { return (I32)_mm512_loadu_si512(from); }
TENON_INLINE void store(float* to, F32 a) { _mm512_storeu_ps(to, (__m512)a); }
TENON_INLINE void store(int32_t* to, I32 a) { _mm512_storeu_si512(to, (__m512i)a); }
// The first `lanes` lanes, 0 to width; the others load as zero and are not stored.
TENON_INLINE __mmask16 first(int64_t lanes) { return (__mmask16)((1u << lanes) - 1u); }
TENON_INLINE F32 load_part(const float* from, int64_t lanes) {
  return (F32)_mm512_maskz_loadu_ps(first(lanes), from);
}
TENON_INLINE void store_part(float* to, F32 a, int64_t lanes) {
  _mm512_mask_storeu_ps(to, first(lanes), (__m512)a);
}
// The lanes whose bits are set; the others are not read, but zero or what is given instead.
TENON_INLINE F32 load_where(const float* from, uint32_t bits) {
  return (F32)_mm512_maskz_loadu_ps((__mmask16)bits, from);
}
TENON_INLINE F32 load_where(const float* from, uint32_t bits, F32 otherwise) {
  return (F32)_mm512_mask_loadu_ps((__m512)otherwise, (__mmask16)bits, from);
}
// Lanes 0, 2, 4, ... of a, then of b.
TENON_INLINE F32 even_of(F32 a, F32 b) {
  const __m512i places =
      _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  return (F32)_mm512_permutex2var_ps((__m512)a, places, (__m512)b);
}
// Lanes of the lower or upper halves of a and b in turn.
TENON_INLINE F32 zip_low(F32 a, F32 b) {
  const __m512i places = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  return (F32)_mm512_permutex2var_ps((__m512)a, places, (__m512)b);
}
TENON_INLINE F32 zip_high(F32 a, F32 b) {
  const __m512i places =
      _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  return (F32)_mm512_permutex2var_ps((__m512)a, places, (__m512)b);
}

TENON_INLINE F32 fma(F32 a, F32 b, F32 c) {
  return (F32)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
// The second operand where one is NaN.
TENON_INLINE F32 max(F32 a, F32 b) { return (F32)_mm512_max_ps((__m512)a, (__m512)b); }
TENON_INLINE F32 min(F32 a, F32 b) { return (F32)_mm512_min_ps((__m512)a, (__m512)b); }
TENON_INLINE F32 square_root(F32 a) { return (F32)_mm512_sqrt_ps((__m512)a); }
TENON_INLINE I32 as_i32(F32 a) { return (I32)a; }
TENON_INLINE F32 as_f32(I32 a) { return (F32)a; }
TENON_INLINE F32 to_f32(I32 a) { return (F32)_mm512_cvtepi32_ps((__m512i)a); }
// Half to even.
TENON_INLINE I32 round_to_i32(F32 a) { return (I32)_mm512_cvtps_epi32((__m512)a); }
TENON_INLINE F32 round(F32 a) { return (F32)_mm512_roundscale_ps((__m512)a, 0x08); }
TENON_INLINE F32 floor(F32 a) { return (F32)_mm512_roundscale_ps((__m512)a, 0x09); }

// Halves, `width` of them.
TENON_INLINE F32 load_f16(const uint16_t* from) {
  return (F32)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i*)from));
}
TENON_INLINE F32 load_bf16(const uint16_t* from) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)from));
  return (F32)_mm512_slli_epi32(wide, 16);
}
TENON_INLINE void store_f16(uint16_t* to, F32 a) {
  _mm256_storeu_si256((__m256i*)to, _mm512_cvtps_ph((__m512)a, 0x08));
}

// sums[lane] += the products of 4 neighbours: u8 by i8.
TENON_INLINE I32 dot4(I32 sums, I32 unsigned_bytes, I32 signed_bytes) {
  return (I32)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)unsigned_bytes, (__m512i)signed_bytes);
}
// sums[lane] += the products of 2 neighbours: bf16 by bf16, as the instruction rounds.
TENON_INLINE F32 dot2(F32 sums, I32 a, I32 b) {
  return (F32)_mm512_dpbf16_ps((__m512)sums, (__m512bh)(__m512i)a, (__m512bh)(__m512i)b);
}

// a * b + c, rounded once.
TENON_INLINE F32 fma_exact(F32 a, F32 b, F32 c) { return fma(a, b, c); }
// a * 2^n for whole n.
TENON_INLINE F32 scale(F32 a, F32 n) { return (F32)_mm512_scalef_ps((__m512)a, (__m512)n); }
// Whether a lane of what a comparison gives is set.
TENON_INLINE bool any(I32 a) { return _mm512_movepi32_mask((__m512i)a) != 0; }
TENON_INLINE F32 ceil(F32 a) { return (F32)_mm512_roundscale_ps((__m512)a, 0x0a); }
TENON_INLINE F32 trunc(F32 a) { return (F32)_mm512_roundscale_ps((__m512)a, 0x0b); }

// `width` small integers.
TENON_INLINE I32 load_u8(const uint8_t* from) {
  return (I32)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)from));
}
TENON_INLINE I32 load_i8(const uint8_t* from) {
  return (I32)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i*)from));
}
// Each lane must fit.
TENON_INLINE void store_i8(uint8_t* to, I32 a) {
  _mm_storeu_si128((__m128i*)to, _mm512_cvtepi32_epi8((__m512i)a));
}
// Each byte, 0 to 15, becomes the byte of the table that it numbers.
TENON_INLINE I32 look_up(const uint8_t* table, I32 numbers) {
  const __m512i all = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i*)table));
  return (I32)_mm512_shuffle_epi8(all, (__m512i)numbers);
}

// Both rounded to bf16, half to even: first all of `low`, then all of `high`.
constexpr bool has_dot2 = true;  // dot2 is one instruction
TENON_INLINE I32 to_bf16(F32 low, F32 high) {
  return (I32)(__m512i)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
}
// Halves of a and b in turn: those of the first halves of a and b, then those of the second.
TENON_INLINE void interleave16(I32 a, I32 b, I32& first_half, I32& second_half) {
  // Places 0, 32, 1, 33, ... of both together.
  const __m512i step = _mm512_set1_epi32(0x00010001);
  const __m512i place = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i from = _mm512_add_epi16(_mm512_or_si512(place, _mm512_slli_epi32(place, 16)),
                                        _mm512_set1_epi32(0x00200000));
  const __m512i more = _mm512_add_epi16(from, _mm512_slli_epi16(step, 4));
  first_half = (I32)_mm512_permutex2var_epi16((__m512i)a, from, (__m512i)b);
  second_half = (I32)_mm512_permutex2var_epi16((__m512i)a, more, (__m512i)b);
}
// Within each quarter of the vectors: row i of the numbers becomes number i of the rows.
TENON_INLINE void turn_four(I32& a, I32& b, I32& c, I32& d) {
  const __m512i ab = _mm512_unpacklo_epi32((__m512i)a, (__m512i)b);
  const __m512i ab_high = _mm512_unpackhi_epi32((__m512i)a, (__m512i)b);
  const __m512i cd = _mm512_unpacklo_epi32((__m512i)c, (__m512i)d);
  const __m512i cd_high = _mm512_unpackhi_epi32((__m512i)c, (__m512i)d);
  a = (I32)_mm512_unpacklo_epi64(ab, cd);
  b = (I32)_mm512_unpackhi_epi64(ab, cd);
  c = (I32)_mm512_unpacklo_epi64(ab_high, cd_high);
  d = (I32)_mm512_unpackhi_epi64(ab_high, cd_high);
}
// The same of whole quarters.
TENON_INLINE void turn_quarters(I32& a, I32& b, I32& c, I32& d) {
  const __m512i ab = _mm512_shuffle_i32x4((__m512i)a, (__m512i)b, 0x88);
  const __m512i ab_odd = _mm512_shuffle_i32x4((__m512i)a, (__m512i)b, 0xdd);
  const __m512i cd = _mm512_shuffle_i32x4((__m512i)c, (__m512i)d, 0x88);
  const __m512i cd_odd = _mm512_shuffle_i32x4((__m512i)c, (__m512i)d, 0xdd);
  a = (I32)_mm512_shuffle_i32x4(ab, cd, 0x88);
  b = (I32)_mm512_shuffle_i32x4(ab_odd, cd_odd, 0x88);
  c = (I32)_mm512_shuffle_i32x4(ab, cd, 0xdd);
  d = (I32)_mm512_shuffle_i32x4(ab_odd, cd_odd, 0xdd);
}
// Row i of the lanes becomes lane i of the rows. No loops: the vectors must stay in registers.
TENON_INLINE void transpose(I32 (&rows)[width]) {
  turn_four(rows[0], rows[1], rows[2], rows[3]);
  turn_four(rows[4], rows[5], rows[6], rows[7]);
  turn_four(rows[8], rows[9], rows[10], rows[11]);
  turn_four(rows[12], rows[13], rows[14], rows[15]);
  turn_quarters(rows[0], rows[4], rows[8], rows[12]);
  turn_quarters(rows[1], rows[5], rows[9], rows[13]);
  turn_quarters(rows[2], rows[6], rows[10], rows[14]);
  turn_quarters(rows[3], rows[7], rows[11], rows[15]);
}

// The first `lanes` halves, at least 0; the others are zero.
TENON_INLINE F32 load_f16_part(const uint16_t* from, int64_t lanes) {
  return (F32)_mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(lanes), from));
}
TENON_INLINE F32 load_bf16_part(const uint16_t* from, int64_t lanes) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(first(lanes), from));
  return (F32)_mm512_slli_epi32(wide, 16);
}

}  // namespace tenon::cpu::TENON_LEVEL
