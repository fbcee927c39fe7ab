// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/numbers.h"

#include "tenon/dtype.h"
#include "tenon/strip_vm.h"

#include <algorithm>
#include <cmath>

namespace tenon::cli {

namespace {

DType dtype_of(const Tensor& tensor) { return static_cast<DType>(tensor.dtype); }

}  // namespace

size_t count_of(const Tensor& tensor) {
  const DTypeFacts& facts = tenon::facts(dtype_of(tensor));
  if (facts.kind == DTypeClass::none || facts.kind == DTypeClass::string) return 0;
  return facts.bytes == 0 ? 0 : tensor.data.size() / facts.bytes;
}

std::complex<double> complex_at(const Tensor& tensor, size_t index) {
  const DType dtype = dtype_of(tensor);
  const auto at = static_cast<int64_t>(index);
  if (tenon::facts(dtype).kind != DTypeClass::complex) return value_at(tensor, index);
  const DType part = dtype == DType::c64 ? DType::f32 : DType::f64;
  return {load_float(tensor.data.data(), part, at * 2),
          load_float(tensor.data.data(), part, at * 2 + 1)};
}

double value_at(const Tensor& tensor, size_t index) {
  const DType dtype = dtype_of(tensor);
  const auto at = static_cast<int64_t>(index);
  switch (tenon::facts(dtype).kind) {
    case DTypeClass::floating:
      return load_float(tensor.data.data(), dtype, at);
    case DTypeClass::complex:
      return std::abs(complex_at(tensor, index));
    default:
      break;
  }
  const int64_t bits = load_integer(tensor.data.data(), dtype, at);
  return dtype == DType::u64 ? static_cast<double>(static_cast<uint64_t>(bits))
                             : static_cast<double>(bits);
}

std::optional<Statistics> statistics_of(const Tensor& tensor) {
  const size_t count = count_of(tensor);
  if (count == 0) return std::nullopt;
  Statistics facts{INFINITY, -INFINITY, 0, 0};
  double sum = 0;
  for (size_t i = 0; i < count; ++i) {
    const double value = value_at(tensor, i);
    if (std::isnan(value)) {
      ++facts.nan;
      continue;
    }
    facts.min = std::min(facts.min, value);
    facts.max = std::max(facts.max, value);
    sum += value;
  }
  if (facts.nan == count) return Statistics{NAN, NAN, NAN, count};
  facts.mean = sum / static_cast<double>(count - facts.nan);
  return facts;
}

}  // namespace tenon::cli
