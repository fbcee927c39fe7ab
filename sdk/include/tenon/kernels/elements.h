// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"

#include <cstdint>
#include <utility>

// Runs of elements widened to what a kernel computes in, and rounded back. Floats are computed in
// double; integers and bool in int64_t, u64 in uint64_t, both wrapping. A narrower integer result
// keeps the low bits. [any thread]
namespace tenon {

void widen(const void* data, DType dtype, int64_t begin, int64_t count, double* to);
void widen(const void* data, DType dtype, int64_t begin, int64_t count, int64_t* to);
void widen(const void* data, DType dtype, int64_t begin, int64_t count, uint64_t* to);

// Stores count values as elements [begin, begin + count). Floats are rounded once, half to even.
void narrow(const double* from, int64_t count, DType dtype, void* data, int64_t begin);
void narrow(const int64_t* from, int64_t count, DType dtype, void* data, int64_t begin);
void narrow(const uint64_t* from, int64_t count, DType dtype, void* data, int64_t begin);

// Calls f.template operator()<A>() with the accumulator type of dtype.
template <class F>
decltype(auto) with_accumulator(DType dtype, F&& f) {
  if (is_float(dtype)) return f.template operator()<double>();
  if (dtype == DType::u64) return f.template operator()<uint64_t>();
  return f.template operator()<int64_t>();
}

// Sums and products that wrap.
constexpr double wrapping_add(double a, double b) { return a + b; }
constexpr double wrapping_multiply(double a, double b) { return a * b; }
constexpr uint64_t wrapping_add(uint64_t a, uint64_t b) { return a + b; }
constexpr uint64_t wrapping_multiply(uint64_t a, uint64_t b) { return a * b; }
constexpr int64_t wrapping_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
constexpr int64_t wrapping_multiply(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

}  // namespace tenon
