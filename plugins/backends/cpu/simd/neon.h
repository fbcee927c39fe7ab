// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arm_neon.h>

// arm64 with the dot product: 4 lanes.
namespace tenon::cpu::TENON_LEVEL {

constexpr int width = 4;         // lanes of F32
constexpr int tile_rows = 6;     // of a product whose sums stay in registers ...
constexpr int tile_vectors = 4;  // ... and vectors across
typedef float F32 __attribute__((vector_size(16)));
typedef int32_t I32 __attribute__((vector_size(16)));
typedef uint32_t U32 __attribute__((vector_size(16)));

TENON_INLINE F32 splat(float a) { return (F32)vdupq_n_f32(a); }
TENON_INLINE I32 splat(int32_t a) { return (I32)vdupq_n_s32(a); }
TENON_INLINE F32 load(const float* from) { return (F32)vld1q_f32(from); }
TENON_INLINE I32 load(const int32_t* from) { return (I32)vld1q_s32(from); }
TENON_INLINE void store(float* to, F32 a) { vst1q_f32(to, (float32x4_t)a); }
TENON_INLINE void store(int32_t* to, I32 a) { vst1q_s32(to, (int32x4_t)a); }
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
TENON_INLINE F32 even_of(F32 a, F32 b) { return (F32)vuzp1q_f32((float32x4_t)a, (float32x4_t)b); }
// Lanes of the lower or upper halves of a and b in turn.
TENON_INLINE F32 zip_low(F32 a, F32 b) { return (F32)vzip1q_f32((float32x4_t)a, (float32x4_t)b); }
TENON_INLINE F32 zip_high(F32 a, F32 b) { return (F32)vzip2q_f32((float32x4_t)a, (float32x4_t)b); }

TENON_INLINE F32 fma(F32 a, F32 b, F32 c) {
  return (F32)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
// The second operand where one is NaN.
TENON_INLINE F32 max(F32 a, F32 b) { return a > b ? a : b; }
TENON_INLINE F32 min(F32 a, F32 b) { return a < b ? a : b; }
TENON_INLINE F32 square_root(F32 a) { return (F32)vsqrtq_f32((float32x4_t)a); }
TENON_INLINE I32 as_i32(F32 a) { return (I32)a; }
TENON_INLINE F32 as_f32(I32 a) { return (F32)a; }
TENON_INLINE F32 to_f32(I32 a) { return (F32)vcvtq_f32_s32((int32x4_t)a); }
// Half to even.
TENON_INLINE I32 round_to_i32(F32 a) { return (I32)vcvtnq_s32_f32((float32x4_t)a); }
TENON_INLINE F32 round(F32 a) { return (F32)vrndnq_f32((float32x4_t)a); }
TENON_INLINE F32 floor(F32 a) { return (F32)vrndmq_f32((float32x4_t)a); }

// Halves, `width` of them.
TENON_INLINE F32 load_f16(const uint16_t* from) {
  return (F32)vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from)));
}
TENON_INLINE F32 load_bf16(const uint16_t* from) {
  return (F32)vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(from), 16));
}

// sums[lane] += the products of 4 neighbours: u8 by i8, by way of a - 128 as a signed byte.
TENON_INLINE I32 dot4(I32 sums, I32 unsigned_bytes, I32 signed_bytes) {
  const int8x16_t low = vreinterpretq_s8_u8(
      veorq_u8(vreinterpretq_u8_s32((int32x4_t)unsigned_bytes), vdupq_n_u8(128)));
  const int8x16_t b = vreinterpretq_s8_s32((int32x4_t)signed_bytes);
  int32x4_t made = vdotq_s32((int32x4_t)sums, low, b);
  const int32x4_t total = vdotq_s32(vdupq_n_s32(0), vdupq_n_s8(64), b);
  return (I32)vaddq_s32(made, vaddq_s32(total, total));
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
TENON_INLINE bool any(I32 a) { return vmaxvq_u32(vreinterpretq_u32_s32((int32x4_t)a)) != 0; }
TENON_INLINE F32 ceil(F32 a) { return (F32)vrndpq_f32((float32x4_t)a); }
TENON_INLINE F32 trunc(F32 a) { return (F32)vrndq_f32((float32x4_t)a); }

// `width` small integers.
TENON_INLINE I32 load_u8(const uint8_t* from) { return I32{from[0], from[1], from[2], from[3]}; }
TENON_INLINE I32 load_i8(const uint8_t* from) {
  return I32{(int8_t)from[0], (int8_t)from[1], (int8_t)from[2], (int8_t)from[3]};
}
// Each lane must fit.
TENON_INLINE void store_i8(uint8_t* to, I32 a) {
  for (int i = 0; i < width; ++i) to[i] = (uint8_t)a[i];
}
// Each byte, 0 to 15, becomes the byte of the table that it numbers.
TENON_INLINE I32 look_up(const uint8_t* table, I32 numbers) {
  return (I32)vqtbl1q_u8(vld1q_u8(table), vreinterpretq_u8_s32((int32x4_t)numbers));
}

// The bf16 that is nearest, half to even, as the high half of each lane.
TENON_INLINE I32 nearest_bf16(F32 a) {
  const I32 bits = as_i32(a);
  return bits + splat(0x7fff) + ((I32)((U32)bits >> 16) & splat(1));
}
// Both rounded to bf16: first all of `low`, then all of `high`.
constexpr bool has_dot2 = false;  // dot2 is one instruction
TENON_INLINE I32 to_bf16(F32 low, F32 high) {
  const uint16x4_t a = vshrn_n_u32((uint32x4_t)nearest_bf16(low), 16);
  const uint16x4_t b = vshrn_n_u32((uint32x4_t)nearest_bf16(high), 16);
  return (I32)vreinterpretq_s32_u16(vcombine_u16(a, b));
}
// Halves of a and b in turn: those of the first halves of a and b, then those of the second.
TENON_INLINE void interleave16(I32 a, I32 b, I32& first_half, I32& second_half) {
  const int16x8_t x = vreinterpretq_s16_s32((int32x4_t)a);
  const int16x8_t y = vreinterpretq_s16_s32((int32x4_t)b);
  first_half = (I32)vreinterpretq_s32_s16(vzip1q_s16(x, y));
  second_half = (I32)vreinterpretq_s32_s16(vzip2q_s16(x, y));
}
// Row i of the lanes becomes lane i of the rows.
TENON_INLINE void transpose(I32 (&rows)[width]) {
  const int32x4_t a = vtrn1q_s32((int32x4_t)rows[0], (int32x4_t)rows[1]);
  const int32x4_t b = vtrn2q_s32((int32x4_t)rows[0], (int32x4_t)rows[1]);
  const int32x4_t c = vtrn1q_s32((int32x4_t)rows[2], (int32x4_t)rows[3]);
  const int32x4_t d = vtrn2q_s32((int32x4_t)rows[2], (int32x4_t)rows[3]);
  const auto pairs = [](int32x4_t x) { return vreinterpretq_s64_s32(x); };
  rows[0] = (I32)vreinterpretq_s32_s64(vtrn1q_s64(pairs(a), pairs(c)));
  rows[1] = (I32)vreinterpretq_s32_s64(vtrn1q_s64(pairs(b), pairs(d)));
  rows[2] = (I32)vreinterpretq_s32_s64(vtrn2q_s64(pairs(a), pairs(c)));
  rows[3] = (I32)vreinterpretq_s32_s64(vtrn2q_s64(pairs(b), pairs(d)));
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
