// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/transfer.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

// Types as they are stored: a stored number, the number of a strip, and the way between.
template <class Number>
struct Same {
  using Stored = Number;
  using Strip = Number;
  static Strip widened(Stored a) { return a; }
  static Stored narrowed(Strip a) { return a; }
};
// Integers of less than 32 bits: the low bits are kept.
template <class Number, class Wide>
struct Short {
  using Stored = Number;
  using Strip = Wide;
  static Strip widened(Stored a) { return static_cast<Strip>(a); }
  static Stored narrowed(Strip a) { return static_cast<Stored>(a); }
};
struct Truth {
  using Stored = uint8_t;
  using Strip = int32_t;
  static Strip widened(Stored a) { return a != 0; }
  static Stored narrowed(Strip a) { return a != 0; }
};

float float_of(uint32_t bits) {
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}
uint32_t bits_of(float value) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}

struct Half {
  using Stored = uint16_t;
  using Strip = float;
  static Strip widened(Stored a) {
    const uint32_t sign = static_cast<uint32_t>(a & 0x8000) << 16;
    const uint32_t size = static_cast<uint32_t>(a & 0x7FFF) << 13;
    const uint32_t special = size >= 0x0F800000 ? 0x7F800000u : 0u;  // infinity and NaN
    return float_of(bits_of(float_of(size) * 0x1p112f) | special | sign);
  }
  static Stored narrowed(Strip a) {
    const uint32_t bits = bits_of(a);
    const uint32_t size = bits & 0x7FFFFFFF;
    // Small numbers: adding 0.5 leaves the steps of the smallest halves in the low bits.
    const uint32_t small = bits_of(float_of(size) + 0.5f) - 0x3F000000u;
    const uint32_t normal = (size - 0x38000000 + 0xFFF + (size >> 13 & 1)) >> 13;
    const uint32_t special = size > 0x7F800000 ? 0x7E00 : 0x7C00;
    const uint32_t code = size >= 0x47800000 ? special : (size < 0x38800000 ? small : normal);
    return static_cast<uint16_t>(code | (bits >> 16 & 0x8000));
  }
};
struct Bfloat {
  using Stored = uint16_t;
  using Strip = float;
  static Strip widened(Stored a) { return float_of(static_cast<uint32_t>(a) << 16); }
  static Stored narrowed(Strip a) {
    const uint32_t bits = bits_of(a);
    const uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    const uint32_t nan = bits >> 16 | 0x40;
    return static_cast<uint16_t>((bits & 0x7FFFFFFF) > 0x7F800000 ? nan : rounded);
  }
};

template <class D>
void read(const void* data, int64_t first, int64_t row_step, int64_t step, int64_t rows,
          int64_t count, void* out) {
  const auto* from = static_cast<const typename D::Stored*>(data) + first;
  auto* __restrict to = static_cast<typename D::Strip*>(out);
  for (int64_t r = 0; r < rows; ++r, from += row_step, to += count) {
    if (step == 1) {
      for (int64_t i = 0; i < count; ++i) to[i] = D::widened(from[i]);
    } else if (step == 0) {
      const typename D::Strip value = D::widened(*from);
      for (int64_t i = 0; i < count; ++i) to[i] = value;
    } else {
      for (int64_t i = 0; i < count; ++i) to[i] = D::widened(from[i * step]);
    }
  }
}

template <class D>
void gather(const void* data, int64_t elements, const int64_t* index, int64_t count, void* out) {
  const auto* from = static_cast<const typename D::Stored*>(data);
  auto* __restrict to = static_cast<typename D::Strip*>(out);
  for (int64_t i = 0; i < count; ++i) {
    const bool exists = static_cast<uint64_t>(index[i]) < static_cast<uint64_t>(elements);
    to[i] = exists ? D::widened(from[index[i]]) : typename D::Strip(0);
  }
}

template <class D>
void write(void* data, int64_t first, int64_t row_step, int64_t step, int64_t rows, int64_t count,
           const void* in) {
  auto* __restrict to = static_cast<typename D::Stored*>(data) + first;
  const auto* from = static_cast<const typename D::Strip*>(in);
  for (int64_t r = 0; r < rows; ++r, to += row_step, from += count) {
    if (step == 1) {
      for (int64_t i = 0; i < count; ++i) to[i] = D::narrowed(from[i]);
    } else {
      for (int64_t i = 0; i < count; ++i) to[i * step] = D::narrowed(from[i]);
    }
  }
}

template <class D>
constexpr void set(Transfer& t, uint32_t dtype) {
  t.read[dtype] = read<D>;
  t.gather[dtype] = gather<D>;
  t.write[dtype] = write<D>;
}

constexpr Transfer make_transfer() {
  Transfer t = {};
  set<Same<float>>(t, TENON_F32);
  set<Half>(t, TENON_F16);
  set<Bfloat>(t, TENON_BF16);
  set<Same<int32_t>>(t, TENON_I32);
  set<Same<uint32_t>>(t, TENON_U32);
  set<Same<int64_t>>(t, TENON_I64);
  set<Short<int8_t, int32_t>>(t, TENON_I8);
  set<Short<uint8_t, uint32_t>>(t, TENON_U8);
  set<Short<int16_t, int32_t>>(t, TENON_I16);
  set<Short<uint16_t, uint32_t>>(t, TENON_U16);
  set<Truth>(t, TENON_BOOL);
  return t;
}

}  // namespace

extern const Transfer transfer;
const Transfer transfer = make_transfer();

}  // namespace tenon::cpu::TENON_LEVEL
