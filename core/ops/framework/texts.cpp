// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/texts.h"

#include "core/base/letters.h"
#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace tenon::ops {
namespace {

template <class T>
std::string written(T number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-INF" : "INF";
  const T size = std::fabs(number);
  const bool plain = size == 0 || (size >= static_cast<T>(1e-4) && size < static_cast<T>(1e9));
  char buffer[64];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof buffer, number,
                    plain ? std::chars_format::fixed : std::chars_format::scientific);
  return {buffer, end};
}

// Without a plus sign, which from_chars does not take.
std::string_view unsigned_text(std::string_view text) {
  text = trim(text);
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  return plus ? text.substr(1) : text;
}

// from_chars reads "inf" and "nan" too, and reports what is too large or too small.
Result<double> parsed(std::string_view given) {
  const std::string_view text = unsigned_text(given);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end == text.data() + text.size() && !text.empty();
  if (whole && error == std::errc()) return value;
  if (!whole || error != std::errc::result_out_of_range) {
    return invalid("{} is no number", in_quotes(given));
  }
  const bool small =
      text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
  const double size = small ? 0 : std::numeric_limits<double>::infinity();
  return text[0] == '-' ? -size : size;
}

}  // namespace

void output_like_input(InferContext& c, size_t k, DType dtype, size_t more) {
  if (!c.wants(k)) return;
  if (!c.value(0).ranked) return c.output_of_any_rank(k, dtype);
  std::vector<Expr> dims = c.dims(0);
  for (size_t i = 0; i < more; ++i) dims.push_back(c.open_extent(k, dims.size()));
  c.output(k, dtype, std::move(dims));
}

Result<HostTensor> text_rows(const HostContext& c, std::vector<int64_t> dims,
                             const std::vector<std::vector<std::string>>& rows,
                             std::string_view filling) {
  size_t longest = 0;
  for (const std::vector<std::string>& row : rows) longest = std::max(longest, row.size());
  dims.push_back(static_cast<int64_t>(longest));
  TENON_TRY_ASSIGN(HostTensor tensor, make_tensor(DType::string, std::move(dims)));
  auto* number = reinterpret_cast<int32_t*>(tensor.data.get());
  const int32_t filled = c.strings().add(filling);
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < longest; ++i) {
      *number++ = i < row.size() ? c.strings().add(row[i]) : filled;
    }
  }
  return tensor;
}

std::string text_of(float number) { return written(number); }
std::string text_of(double number) { return written(number); }

Result<double> real_of(std::string_view text) { return parsed(text); }

Result<int64_t> integer_of(std::string_view given) {
  const std::string_view text = unsigned_text(given);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end == text.data() + text.size() && !text.empty();
  if (whole && error == std::errc()) return value;
  if (whole) return invalid("{} does not fit 64 bits", in_quotes(given));
  TENON_TRY_ASSIGN(const double real, parsed(given));
  constexpr double most = 9.2e18;
  if (std::trunc(real) == real && std::fabs(real) < most) return static_cast<int64_t>(real);
  return invalid("{} is no integer", in_quotes(given));
}

}  // namespace tenon::ops
