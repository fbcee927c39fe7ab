// SPDX-License-Identifier: Apache-2.0
#include "strip_memory.h"

#include "arithmetic.h"
#include "element.h"
#include "tenon/strip_vm.h"

#include <algorithm>

namespace tenon {
namespace strip {
namespace {

using element::pitch;
using element::Stored;

template <DType D, class Register>
void read(const void* data, int64_t first, int64_t step, int64_t count, void* out) {
  const auto* from = static_cast<const Stored<D>*>(data) + first * pitch<D>;
  auto* __restrict to = static_cast<Register*>(out);
  if (step == 1) {
    for (int64_t i = 0; i < count; ++i) to[i] = element::widened<D, Register>(from[i * pitch<D>]);
  } else if (step == 0) {
    std::fill_n(to, count, element::widened<D, Register>(*from));
  } else {
    for (int64_t i = 0; i < count; ++i) {
      to[i] = element::widened<D, Register>(from[i * step * pitch<D>]);
    }
  }
}

template <DType D, class Register>
void gather(const void* data, int64_t elements, const int64_t* index, int64_t count, void* out) {
  const auto* from = static_cast<const Stored<D>*>(data);
  auto* __restrict to = static_cast<Register*>(out);
  const auto limit = static_cast<uint64_t>(std::max<int64_t>(elements, 0));
  for (int64_t i = 0; i < count; ++i) {
    const bool exists = static_cast<uint64_t>(index[i]) < limit;
    to[i] = exists ? element::widened<D, Register>(from[index[i] * pitch<D>]) : Register{0};
  }
}

template <DType D, class Register>
void write(void* data, int64_t first, int64_t count, const void* in) {
  auto* __restrict to = static_cast<Stored<D>*>(data) + first * pitch<D>;
  const auto* from = static_cast<const Register*>(in);
  for (int64_t i = 0; i < count; ++i) {
    to[i * pitch<D>] = element::narrowed<D, Register>(from[i]);
    if constexpr (pitch<D> == 2) to[i * 2 + 1] = 0;
  }
}

void read_nothing(const void*, int64_t, int64_t, int64_t count, void* out) {
  std::fill_n(static_cast<int64_t*>(out), count, int64_t{0});
}
void gather_nothing(const void*, int64_t, const int64_t*, int64_t count, void* out) {
  std::fill_n(static_cast<int64_t*>(out), count, int64_t{0});
}
void write_nothing(void*, int64_t, int64_t, const void*) {}

template <DType D, class Register>
Memory memory() {
  return {read<D, Register>, gather<D, Register>, write<D, Register>};
}

}  // namespace

Memory memory_of(DType dtype, bool single) {
  Memory found{read_nothing, gather_nothing, write_nothing};
  arithmetic::dispatch(dtype, element::Integers{}, [&]<DType D> { found = memory<D, int64_t>(); });
  arithmetic::dispatch(dtype, element::Reals{},
                       [&]<DType D> { found = single ? memory<D, float>() : memory<D, double>(); });
  return found;
}

}  // namespace strip

double load_float(const void* data, DType dtype, int64_t index) {
  const strip::Memory memory = strip::memory_of(dtype, false);
  if (is_float(type_of(dtype))) {
    double value = 0;
    memory.read(data, index, 1, 1, &value);
    return value;
  }
  int64_t value = 0;
  memory.read(data, index, 1, 1, &value);
  return dtype == DType::u64 ? static_cast<double>(static_cast<uint64_t>(value))
                             : static_cast<double>(value);
}

int64_t load_integer(const void* data, DType dtype, int64_t index) {
  if (is_float(type_of(dtype))) {
    return arithmetic::from_float<Type::i64>(load_float(data, dtype, index));
  }
  int64_t value = 0;
  strip::memory_of(dtype, false).read(data, index, 1, 1, &value);
  return value;
}

void store_float(void* data, DType dtype, int64_t index, double value) {
  const strip::Memory memory = strip::memory_of(dtype, false);
  if (is_float(type_of(dtype))) return memory.write(data, index, 1, &value);
  int64_t integer = 0;
  arithmetic::dispatch(type_of(dtype), arithmetic::IntegerTypes{},
                       [&]<Type T> { integer = arithmetic::from_float<T>(value); });
  memory.write(data, index, 1, &integer);
}

void store_integer(void* data, DType dtype, int64_t index, int64_t value) {
  const strip::Memory memory = strip::memory_of(dtype, false);
  if (!is_float(type_of(dtype))) return memory.write(data, index, 1, &value);
  const auto real = static_cast<double>(value);
  memory.write(data, index, 1, &real);
}

}  // namespace tenon
