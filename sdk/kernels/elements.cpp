// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernels/elements.h"

#include "tenon/strip_vm.h"

#include <cstring>

namespace tenon {
namespace {

template <class From, class To>
void copy_cast(const From* from, int64_t count, To* to) {
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<To>(from[i]);
}

template <class T, class To>
void widen_as(const void* data, int64_t begin, int64_t count, To* to) {
  copy_cast(static_cast<const T*>(data) + begin, count, to);
}

template <class T, class From>
void narrow_as(const From* from, int64_t count, void* data, int64_t begin) {
  copy_cast(from, count, static_cast<T*>(data) + begin);
}

// Integers and bool of whole bytes as To; the rest one by one.
template <class To>
void widen_integers(const void* data, DType dtype, int64_t begin, int64_t count, To* to) {
  switch (dtype) {
    case DType::i8:
      return widen_as<int8_t>(data, begin, count, to);
    case DType::u8:
    case DType::boolean:
      return widen_as<uint8_t>(data, begin, count, to);
    case DType::i16:
      return widen_as<int16_t>(data, begin, count, to);
    case DType::u16:
      return widen_as<uint16_t>(data, begin, count, to);
    case DType::i32:
      return widen_as<int32_t>(data, begin, count, to);
    case DType::u32:
      return widen_as<uint32_t>(data, begin, count, to);
    case DType::i64:
      return widen_as<int64_t>(data, begin, count, to);
    case DType::u64:
      return widen_as<uint64_t>(data, begin, count, to);
    default:
      break;
  }
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<To>(load_integer(data, dtype, begin + i));
}

template <class From>
void narrow_integers(const From* from, int64_t count, DType dtype, void* data, int64_t begin) {
  switch (dtype) {
    case DType::i8:
      return narrow_as<int8_t>(from, count, data, begin);
    case DType::u8:
      return narrow_as<uint8_t>(from, count, data, begin);
    case DType::i16:
      return narrow_as<int16_t>(from, count, data, begin);
    case DType::u16:
      return narrow_as<uint16_t>(from, count, data, begin);
    case DType::i32:
      return narrow_as<int32_t>(from, count, data, begin);
    case DType::u32:
      return narrow_as<uint32_t>(from, count, data, begin);
    case DType::i64:
      return narrow_as<int64_t>(from, count, data, begin);
    case DType::u64:
      return narrow_as<uint64_t>(from, count, data, begin);
    default:
      break;
  }
  for (int64_t i = 0; i < count; ++i) {
    store_integer(data, dtype, begin + i, static_cast<int64_t>(from[i]));
  }
}

}  // namespace

void widen(const void* data, DType dtype, int64_t begin, int64_t count, double* to) {
  if (dtype == DType::f32) return widen_as<float>(data, begin, count, to);
  if (dtype == DType::f64) return widen_as<double>(data, begin, count, to);
  if (!is_float(dtype)) return widen_integers(data, dtype, begin, count, to);
  for (int64_t i = 0; i < count; ++i) to[i] = load_float(data, dtype, begin + i);
}

void widen(const void* data, DType dtype, int64_t begin, int64_t count, int64_t* to) {
  widen_integers(data, dtype, begin, count, to);
}

void widen(const void* data, DType dtype, int64_t begin, int64_t count, uint64_t* to) {
  widen_integers(data, dtype, begin, count, to);
}

void narrow(const double* from, int64_t count, DType dtype, void* data, int64_t begin) {
  if (dtype == DType::f32) return narrow_as<float>(from, count, data, begin);
  if (dtype == DType::f64) return narrow_as<double>(from, count, data, begin);
  for (int64_t i = 0; i < count; ++i) store_float(data, dtype, begin + i, from[i]);
}

void narrow(const int64_t* from, int64_t count, DType dtype, void* data, int64_t begin) {
  narrow_integers(from, count, dtype, data, begin);
}

void narrow(const uint64_t* from, int64_t count, DType dtype, void* data, int64_t begin) {
  narrow_integers(from, count, dtype, data, begin);
}

}  // namespace tenon
