// SPDX-License-Identifier: Apache-2.0
#include "math_trig.h"

#include "polynomial.h"

#include <array>

// Angles less multiples of pi/2. Small ones with pi/2 in parts whose products are exact; others by
// multiplying with those bits of 2/pi that matter for the fraction.
namespace tenon::kir {
namespace {

constexpr double half_pi = 1.57079632679489661923;

// 2/pi in words of 32 bits: two before the point, the others behind it.
constexpr std::array<uint32_t, 39> two_over_pi = {
    0,          0,          0xA2F9836E, 0x4E441529, 0xFC2757D1, 0xF534DDC0, 0xDB629599, 0x3C439041,
    0xFE5163AB, 0xDEBBC561, 0xB7246E3A, 0x424DD2E0, 0x06492EEA, 0x09D1921C, 0xFE1DEB1C, 0xB129A73E,
    0xE88235F5, 0x2EBB4484, 0xE99C7026, 0xB45F7E41, 0x3991D639, 0x835339F4, 0x9C845F8B, 0xBDF9283B,
    0x1FF897FF, 0xDE05980F, 0xEF2F118B, 0x5A0A6D1F, 0x6D367ECF, 0x27CB09B7, 0x4F463F66, 0x9E5FEA2D,
    0x7527BAC7, 0xEBE5F17B, 0x3D0739F7, 0x8A5292EA, 0x6BFB5FB1, 0x1F8D5D08, 0x56033046};

Value quadrant_of(Value n) {
  Builder& b = n.builder();
  return b.binary(Op::bit_and, b.cast(n, Type::i32), b.integer(3));
}

// f64 angles below 2^20 pi/2. What the second subtraction rounds away is carried to the third.
Angle reduced_wide(Value x) {
  const Value n = x.builder().unary(Op::round, x * (1 / half_pi));
  const Value high = x - n * 1.57079632673412561417e+00;
  const Value middle = n * 6.07710050630396597660e-11;
  const Value sum = high - middle;
  const Value lost = (high - sum) - middle;
  return {sum + (lost - n * 2.02226624879595063154e-21), quadrant_of(n)};
}

// f32 angles below 100.
Angle reduced_narrow(Value x) {
  const Value n = x.builder().unary(Op::round, x * (1 / half_pi));
  const Value high = (x - n * 1.5703125) - n * 4.837512969970703125e-4;
  return {(high - n * 0x1.4442p-24) - n * 0x1.a308d3p-41, quadrant_of(n)};
}

// The angle as fraction of a turn in words, least first, from the integer product of its mantissa
// with a window of 2/pi.
class LongReduction {
 public:
  explicit LongReduction(Value x)
      : x_(x), b_(x.builder()), window_(kir::is_wide(x) ? 7 : 4), limbs_(kir::is_wide(x) ? 9 : 5) {}

  Angle run(bool has_f64) {
    decompose();
    multiply();
    align();
    return angle(has_f64);
  }

 private:
  Value word(uint64_t bits) { return b_.constant(bits, Type::u64); }
  Value low(Value wide) { return b_.binary(Op::bit_and, wide, word(0xFFFFFFFF)); }
  Value right(Value wide, uint32_t by) { return b_.binary(Op::shr, wide, word(by)); }
  Value left(Value wide, uint32_t by) { return b_.binary(Op::shl, wide, word(by)); }

  // |x| = mantissa * 2^exponent. The window begins with the first word whose product is not a
  // multiple of four; the bits of its product below four then begin within 32 of its top.
  void decompose() {
    const bool wide = kir::is_wide(x_);
    const uint32_t places = wide ? 52 : 23;
    const Value bits = wide ? unsigned_bits(x_) : b_.cast(unsigned_bits(x_), Type::u64);
    const Value mask = word((uint64_t{1} << places) - 1);
    mantissa_ = b_.binary(Op::bit_and, bits, mask) + word(uint64_t{1} << places);
    const Value field = b_.binary(Op::bit_and, right(bits, places), word(wide ? 0x7FF : 0xFF));
    const Value exponent = b_.cast(field, Type::i32) - (wide ? 1075 : 150);
    const Value position = b_.binary(Op::max, exponent + 62, b_.integer(0));
    first_ = b_.binary(Op::shr, position, b_.integer(5));
    shift_ = b_.cast(b_.binary(Op::bit_and, position, b_.integer(31)), Type::u64);
  }

  // Word k of the window; the largest angles begin it at the last place.
  Value window_word(uint32_t k) {
    Value found = word(two_over_pi[k]);
    const uint32_t most = kir::is_wide(x_) ? 32 : 5;
    for (uint32_t i = 1; i <= most; ++i) {
      found = b_.select(first_ == static_cast<double>(i), word(two_over_pi[i + k]), found);
    }
    return found;
  }

  // Limbs, least first; limb i weighs 2^(32 i).
  void multiply() {
    limbs_held_.assign(limbs_, word(0));
    const Value parts[] = {low(mantissa_), right(mantissa_, 32)};
    const uint32_t factors = kir::is_wide(x_) ? 2 : 1;
    for (uint32_t f = 0; f < factors; ++f) {
      Value carry = word(0);
      for (uint32_t k = 0; k < window_; ++k) {
        Value& limb = limbs_held_[k + f];
        const Value sum = parts[f] * window_word(window_ - 1 - k) + limb + carry;
        limb = low(sum);
        carry = right(sum, 32);
      }
      limbs_held_[window_ + f] = carry;
    }
  }

  // Moves the limbs so that the two bits before the point are the top of limb `window - 1`.
  void align() {
    std::vector<Value> moved;
    for (uint32_t i = 0; i < window_; ++i) {
      const Value above = i == 0 ? word(0) : limbs_held_[i - 1];
      const Value pair = b_.binary(Op::bit_or, left(limbs_held_[i], 32), above);
      moved.push_back(low(right(b_.binary(Op::shl, pair, shift_), 32)));
    }
    limbs_held_ = moved;
  }

  Angle angle(bool has_f64) {
    const Value top = limbs_held_[window_ - 1];
    const Value half = b_.binary(Op::bit_and, right(top, 29), word(1));
    const Value quadrant = b_.binary(Op::bit_and, right(top, 30) + half, word(3));
    // From one half on, the fraction is taken from the next quadrant: all its bits turn.
    const Value turn = half * word(0xFFFFFFFF);
    const auto fraction = [&](uint32_t i) {
      return b_.binary(Op::bit_xor, limbs_held_[window_ - 1 - i], turn);
    };
    const auto joined = [&](uint32_t i) {
      const Value high = left(b_.binary(Op::bit_and, fraction(i), word(0x3FFFFFFF)), 34);
      return high + left(fraction(i + 1), 2) + right(fraction(i + 2), 30);
    };
    const bool through_f64 = kir::is_wide(x_) || has_f64;
    const Type type = through_f64 ? Type::f64 : Type::f32;
    Value size = b_.cast(joined(0), type) * 0x1p-64;
    if (kir::is_wide(x_)) size = size + b_.cast(joined(2), type) * 0x1p-128;
    const Value rest = b_.cast(size * half_pi, x_.type());
    const Value is_negative = b_.binary(Op::bit_xor, half == word(1), x_ < 0);
    const Value turned = b_.cast(quadrant, Type::i32);
    const Value back = b_.binary(Op::bit_and, b_.integer(4) - turned, b_.integer(3));
    return {b_.select(is_negative, -rest, rest), b_.select(x_ < 0, back, turned)};
  }

  Value x_;
  Builder& b_;
  uint32_t window_;
  uint32_t limbs_;
  Value mantissa_, first_, shift_;
  std::vector<Value> limbs_held_;
};

}  // namespace

Angle reduced(Value x, bool has_f64) {
  Builder& b = x.builder();
  const bool through_f64 = is_wide(x) || has_f64;
  const Value size = b.unary(Op::abs, x);
  const double limit = through_f64 ? 1e6 : 100;
  const Value small = b.select(size < limit, x, number(x, 0));
  Angle near;
  if (through_f64) {
    near = reduced_wide(b.cast(small, Type::f64));
    near.rest = b.cast(near.rest, x.type());
  } else {
    near = reduced_narrow(small);
  }
  const Variable rest = b.variable(near.rest);
  const Variable quadrant = b.variable(near.quadrant);
  b.when((size >= limit) & (size < __builtin_inf()), [&] {
    const Angle far = LongReduction(x).run(has_f64);
    b.set(rest, far.rest);
    b.set(quadrant, far.quadrant);
  });
  return {b.get(rest), b.get(quadrant)};
}

}  // namespace tenon::kir
