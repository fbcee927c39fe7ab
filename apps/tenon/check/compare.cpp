// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/check/compare.h"

#include "apps/tenon/base/numbers.h"
#include "apps/tenon/base/text.h"
#include "tenon/dtype.h"
#include "tenon/strip_vm.h"

#include <algorithm>
#include <cmath>

namespace tenon::cli {

namespace {

// By how much a pair misses the tolerance; 0 or less when it does not.
double excess(double got, double expected, const Tolerance& tolerance) {
  if (std::isnan(got) || std::isnan(expected)) {
    return std::isnan(got) == std::isnan(expected) ? 0 : INFINITY;
  }
  if (std::isinf(got) || std::isinf(expected)) return got == expected ? 0 : INFINITY;
  return std::abs(got - expected) - (tolerance.absolute + tolerance.relative * std::abs(expected));
}

double excess(std::complex<double> got, std::complex<double> expected, const Tolerance& tolerance) {
  const bool got_nan = std::isnan(got.real()) || std::isnan(got.imag());
  const bool expected_nan = std::isnan(expected.real()) || std::isnan(expected.imag());
  if (got_nan || expected_nan) return got_nan == expected_nan ? 0 : INFINITY;
  if (got == expected) return 0;
  return std::abs(got - expected) - (tolerance.absolute + tolerance.relative * std::abs(expected));
}

// What is allowed for elements of the type.
Tolerance allowed(DType dtype, Tolerance tolerance) {
  const bool is_half = dtype == DType::f16 || dtype == DType::bf16;
  if (!tolerance.rounded_halves || !is_half) return tolerance;
  const bool is_f16 = dtype == DType::f16;
  tolerance.relative = std::max(tolerance.relative, is_f16 ? 2e-3 : 1.6e-2);
  tolerance.absolute = std::max(tolerance.absolute, is_f16 ? 1e-3 : 1e-2);
  return tolerance;
}

bool same_bits(const Tensor& got, const Tensor& expected, size_t index) {
  const size_t bytes = element_bytes(static_cast<DType>(got.dtype));
  return std::equal(got.data.begin() + static_cast<ptrdiff_t>(index * bytes),
                    got.data.begin() + static_cast<ptrdiff_t>((index + 1) * bytes),
                    expected.data.begin() + static_cast<ptrdiff_t>(index * bytes));
}

std::string place_of(size_t index, std::span<const int64_t> dims) {
  std::string place;
  for (size_t axis = dims.size(); axis-- > 0;) {
    const auto size = static_cast<size_t>(std::max<int64_t>(dims[axis], 1));
    place = fmt::format("{}{}{}", index % size, place.empty() ? "" : ",", place);
    index /= size;
  }
  return place;
}

std::string shown(const Tensor& tensor, size_t index) {
  const auto dtype = static_cast<DType>(tensor.dtype);
  if (is_integer(dtype) && dtype != DType::u64) {
    return fmt::format("{}", load_integer(tensor.data.data(), dtype, static_cast<int64_t>(index)));
  }
  if (facts(dtype).kind != DTypeClass::complex)
    return fmt::format("{:.9g}", value_at(tensor, index));
  const auto value = complex_at(tensor, index);
  return fmt::format("{:.9g}{:+.9g}i", value.real(), value.imag());
}

}  // namespace

Tolerance tolerance_of(const Arguments& arguments) {
  return {arguments.number("rtol"), arguments.number("atol"), arguments.has("rounded-halves")};
}

std::optional<std::string> difference(const Tensor& got, const Tensor& expected,
                                      const Tolerance& given) {
  const Tolerance tolerance = allowed(static_cast<DType>(expected.dtype), given);
  if (got.kind != expected.kind || got.items.size() != expected.items.size()) {
    return fmt::format("kind {} with {} items, expected kind {} with {}", got.kind,
                       got.items.size(), expected.kind, expected.items.size());
  }
  for (size_t i = 0; i < got.items.size(); ++i) {
    if (const auto differs = difference(got.items[i], expected.items[i], given)) {
      return fmt::format("item {}: {}", i, *differs);
    }
  }
  if (got.kind != TENON_KIND_TENSOR) return std::nullopt;
  if (got.dtype != expected.dtype || got.dims != expected.dims) {
    return fmt::format("{}, expected {}", type_text(got.dtype, got.dims),
                       type_text(expected.dtype, expected.dims));
  }
  if (got.data.size() != expected.data.size()) {
    return fmt::format("{} bytes, expected {}", got.data.size(), expected.data.size());
  }
  const auto dtype = static_cast<DType>(got.dtype);
  const bool complex = facts(dtype).kind == DTypeClass::complex;
  if (dtype == DType::string) {
    const auto [a, b] = std::ranges::mismatch(got.texts, expected.texts);
    if (a == got.texts.end() && b == expected.texts.end()) return std::nullopt;
    const std::string nothing;
    return fmt::format("at [{}]: \"{}\", expected \"{}\"",
                       place_of(static_cast<size_t>(a - got.texts.begin()), got.dims),
                       a == got.texts.end() ? nothing : *a,
                       b == expected.texts.end() ? nothing : *b);
  }
  size_t wrong = 0, worst = 0;
  double most = -1;
  const size_t count = count_of(got);
  // Integers beyond 2^53 may be alike as doubles and yet not equal.
  const bool exact = is_integer(dtype) && tolerance.relative == 0 && tolerance.absolute == 0;
  for (size_t i = 0; i < count; ++i) {
    if (same_bits(got, expected, i)) continue;
    const double miss = complex ? excess(complex_at(got, i), complex_at(expected, i), tolerance)
                                : excess(value_at(got, i), value_at(expected, i), tolerance);
    if (miss <= 0 && !exact) continue;
    ++wrong;
    if (miss > most) {
      most = miss;
      worst = i;
    }
  }
  if (wrong == 0) return std::nullopt;
  return fmt::format("{} of {} differ; at [{}]: {}, expected {}", wrong, count,
                     place_of(worst, got.dims), shown(got, worst), shown(expected, worst));
}

}  // namespace tenon::cli
