// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/island_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tenon::testing {
namespace {

// A node of one input and outputs, whose first axis is a symbol when asked for.
IslandCase first_axis_case(std::string name, const std::string& op, const TestTensor& x,
                           std::vector<TestTensor> expected, bool is_symbolic) {
  BlobWriter blob;
  const int64_t extent = x.dims[0];
  tenon_dim first = extent;
  if (is_symbolic) first = BlobWriter::dim(blob.exprs().symbol(blob.symbol("N")));
  std::vector<tenon_dim> dims(x.dims.begin(), x.dims.end());
  dims[0] = first;
  const uint32_t in = blob.input(x.dtype, dims);
  std::vector<uint32_t> outputs;
  for (const TestTensor& y : expected) {
    outputs.push_back(blob.value(y.dtype, {&y == expected.data() ? first : y.dims[0]}));
    blob.output(outputs.back());
  }
  blob.node(op, {in}, outputs);
  return {.name = fmt::format("{} {} of {}{}", name, op, extent, is_symbolic ? " by symbol" : ""),
          .blob = blob.finish(),
          .inputs = {x},
          .expected = std::move(expected),
          .symbols = is_symbolic ? std::vector<int64_t>{extent} : std::vector<int64_t>(),
          .tolerance = 0};
}

IslandCase sort_case(DType dtype, int64_t rows, int64_t width, bool is_symbolic) {
  TestTensor x = random_tensor(dtype, {rows, width}, 41);
  if (dtype == DType::f32) {
    std::vector<double> values = x.reals();
    for (size_t i = 0; i < values.size(); i += 5) values[i] = std::nan("");
    x = tensor(dtype, {rows, width}, values);
  }
  const std::vector<double> values = x.reals();
  std::vector<double> order(static_cast<size_t>(rows));
  std::iota(order.begin(), order.end(), 0.0);
  std::ranges::stable_sort(order, [&](double i, double j) {
    for (int64_t k = 0; k < width; ++k) {
      const double a =
          values[static_cast<size_t>(i) * static_cast<size_t>(width) + static_cast<size_t>(k)];
      const double b =
          values[static_cast<size_t>(j) * static_cast<size_t>(width) + static_cast<size_t>(k)];
      if (std::isnan(a) != std::isnan(b)) return std::isnan(b);
      if (a < b || b < a) return a < b;
    }
    return false;
  });
  return first_axis_case(std::string(name_of(dtype)), "SortRows", x,
                         {tensor(DType::i64, {rows}, order)}, is_symbolic);
}

IslandCase compact_case(DType dtype, int64_t count, bool is_symbolic) {
  TestTensor x = random_tensor(dtype, {count}, 42);
  std::vector<double> values = x.reals();
  for (size_t i = 0; i < values.size(); i += 3) values[i] = 0;
  x = tensor(dtype, {count}, values);
  std::vector<double> positions;
  for (size_t i = 0; i < values.size(); ++i) {
    if (x.reals()[i] != 0) positions.push_back(static_cast<double>(i));
  }
  const auto found = static_cast<double>(positions.size());
  positions.resize(values.size());
  return first_axis_case(std::string(name_of(dtype)), "Compact", x,
                         {tensor(DType::i64, {count}, positions), tensor(DType::i64, {1}, {found})},
                         is_symbolic);
}

}  // namespace

std::vector<IslandCase> order_cases() {
  std::vector<IslandCase> cases;
  for (const int64_t rows : {0, 1, 2, 3, 5, 64, 65, 257}) {
    for (const bool is_symbolic : {false, true}) {
      cases.push_back(sort_case(DType::i8, rows, 2, is_symbolic));
      cases.push_back(sort_case(DType::f32, rows, 1, is_symbolic));
      cases.push_back(compact_case(DType::f32, rows, is_symbolic));
    }
  }
  cases.push_back(sort_case(DType::boolean, 9, 4, false));
  cases.push_back(sort_case(DType::u64, 30, 1, false));
  cases.push_back(compact_case(DType::boolean, 300, false));
  cases.push_back(compact_case(DType::i64, 128, false));
  return cases;
}

}  // namespace tenon::testing
