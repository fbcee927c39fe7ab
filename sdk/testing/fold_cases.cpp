// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/island_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace tenon::testing {
namespace {

double fold(const std::string& mode, const std::vector<double>& values, double lowest,
            double highest) {
  double total = mode == "prod" ? 1 : mode == "max" ? lowest : mode == "min" ? highest : 0;
  for (const double x : values) {
    if (mode == "prod")
      total *= x;
    else if (mode == "max")
      total = std::isnan(x) || std::isnan(total) ? std::nan("") : std::max(total, x);
    else if (mode == "min")
      total = std::isnan(x) || std::isnan(total) ? std::nan("") : std::min(total, x);
    else
      total += x;
  }
  return mode == "mean" ? total / static_cast<double>(values.size()) : total;
}

std::vector<int64_t> coordinates(int64_t flat, const std::vector<int64_t>& dims) {
  std::vector<int64_t> at(dims.size());
  for (size_t i = dims.size(); i-- > 0;) {
    at[i] = flat % dims[i];
    flat /= dims[i];
  }
  return at;
}

IslandCase reduce_case(DType dtype, const std::string& mode, std::vector<int64_t> shape,
                       std::vector<int64_t> axes) {
  const TestTensor x = random_tensor(dtype, shape, 21);
  const std::vector<double> xs = x.reals();
  std::vector<int64_t> out = shape;
  for (const int64_t axis : axes) out[static_cast<size_t>(axis)] = 1;
  TestTensor y = empty_tensor(dtype, out);
  std::vector<std::vector<double>> sets(static_cast<size_t>(y.elements()));
  for (int64_t i = 0; i < x.elements(); ++i) {
    const std::vector<int64_t> at = coordinates(i, shape);
    int64_t flat = 0;
    for (size_t axis = 0; axis < out.size(); ++axis)
      flat = flat * out[axis] + (out[axis] == 1 ? 0 : at[axis]);
    sets[static_cast<size_t>(flat)].push_back(xs[static_cast<size_t>(i)]);
  }
  const double infinite = is_float(dtype) ? INFINITY : dtype == DType::boolean ? 1 : 0;
  std::vector<double> ys;
  for (const auto& set : sets)
    ys.push_back(fold(mode, set, is_float(dtype) ? -INFINITY : -128, infinite));
  if (dtype == DType::i8) {
    for (double& value : ys) value = static_cast<int8_t>(static_cast<int64_t>(value));
  }
  return one_node(fmt::format("Reduce {} {} of rank {}", mode, name_of(dtype), shape.size()),
                  "Reduce", {x}, {tensor(dtype, out, ys)},
                  {word("mode", mode), ints("axes", axes), integer("keepdims", 1)});
}

// [outer, extent, inner] walked along the middle axis: visit(base, stride).
void each_line(int64_t outer, int64_t extent, int64_t inner,
               const std::function<void(int64_t)>& visit) {
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) visit(o * extent * inner + i);
  }
}

IslandCase arg_reduce_case(bool is_max, bool takes_last) {
  const TestTensor x = random_tensor(DType::i32, {3, 9, 2}, 22);
  std::vector<double> y;
  each_line(3, 9, 2, [&](int64_t base) {
    int64_t best = 0;
    for (int64_t k = 1; k < 9; ++k) {
      const int64_t value = x.integer(base + k * 2);
      const int64_t held = x.integer(base + best * 2);
      if ((is_max ? value > held : value < held) || (takes_last && value == held)) best = k;
    }
    y.push_back(static_cast<double>(best));
  });
  return one_node(fmt::format("ArgReduce max {} last {}", is_max, takes_last), "ArgReduce", {x},
                  {tensor(DType::i64, {3, 1, 2}, y)},
                  {word("mode", is_max ? "max" : "min"), integer("axis", 1), integer("keepdims", 1),
                   integer("select_last_index", takes_last ? 1 : 0)});
}

IslandCase scan_case(bool is_exclusive, bool is_reverse) {
  const TestTensor x = random_tensor(DType::f32, {2, 5, 3}, 23);
  std::vector<double> y(30);
  each_line(2, 5, 3, [&](int64_t base) {
    double total = 0;
    for (int64_t k = 0; k < 5; ++k) {
      const int64_t at = base + (is_reverse ? 4 - k : k) * 3;
      const double before = total;
      total += x.real(at);
      y[static_cast<size_t>(at)] = is_exclusive ? before : total;
    }
  });
  return one_node(
      fmt::format("PrefixScan exclusive {} reverse {}", is_exclusive, is_reverse), "PrefixScan",
      {x}, {tensor(DType::f32, {2, 5, 3}, y)},
      {word("mode", "sum"), integer("axis", 1), integer("exclusive", is_exclusive ? 1 : 0),
       integer("reverse", is_reverse ? 1 : 0)});
}

// The first k of lines of 40 along the last axis.
IslandCase top_k_case(DType dtype, bool is_largest, size_t count) {
  const TestTensor x = random_tensor(dtype, {4, 40}, 24);
  const std::vector<double> xs = x.reals();
  std::vector<double> values;
  std::vector<double> places;
  for (size_t row = 0; row < 4; ++row) {
    std::vector<size_t> order(40);
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](size_t a, size_t b) {
      return is_largest ? xs[row * 40 + a] > xs[row * 40 + b] : xs[row * 40 + a] < xs[row * 40 + b];
    });
    for (size_t k = 0; k < count; ++k) {
      values.push_back(xs[row * 40 + order[k]]);
      places.push_back(static_cast<double>(order[k]));
    }
  }
  const std::vector<int64_t> dims = {4, static_cast<int64_t>(count)};
  return one_node(
      fmt::format("TopK {} {} largest {}", count, name_of(dtype), is_largest), "TopK", {x},
      {tensor(dtype, dims, values), tensor(DType::i64, dims, places)},
      {integer("axis", 1), integer("largest", is_largest ? 1 : 0), integer("sorted", 1)});
}

struct PoolCase {
  const char* mode;
  int64_t in, kernel, stride, dilation, begin, end, out;
  bool counts_padding;
};

// Square windows over [2, 3, in, in].
IslandCase pool_case(const PoolCase& c) {
  const TestTensor x = random_tensor(DType::f32, {2, 3, c.in, c.in}, 25);
  const std::string mode = c.mode;
  std::vector<double> y;
  for (int64_t i = 0; i < 6 * c.out * c.out; ++i) {
    const int64_t plane = i / (c.out * c.out);
    const int64_t place[2] = {i / c.out % c.out, i % c.out};
    std::vector<double> values;
    double padded = 0;
    for (int64_t k = 0; k < c.kernel * c.kernel; ++k) {
      const int64_t row = place[0] * c.stride - c.begin + k / c.kernel * c.dilation;
      const int64_t column = place[1] * c.stride - c.begin + k % c.kernel * c.dilation;
      if (row < c.in + c.end && column < c.in + c.end) ++padded;
      if (row < 0 || row >= c.in || column < 0 || column >= c.in) continue;
      values.push_back(x.real((plane * c.in + row) * c.in + column));
    }
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    double square = 0;
    for (const double value : values) square += value * value;
    if (mode == "max")
      y.push_back(*std::ranges::max_element(values));
    else if (mode == "lp")
      y.push_back(std::sqrt(square));
    else
      y.push_back(sum / (c.counts_padding ? padded : static_cast<double>(values.size())));
  }
  const int64_t k = c.kernel;
  return one_node(
      fmt::format("Pool {} {} stride {} padding counted {}", mode, k, c.stride, c.counts_padding),
      "Pool", {x}, {tensor(DType::f32, {2, 3, c.out, c.out}, y)},
      {word("mode", mode), ints("kernel_shape", {k, k}), ints("strides", {c.stride, c.stride}),
       ints("dilations", {c.dilation, c.dilation}), ints("pads", {c.begin, c.begin, c.end, c.end}),
       integer("count_include_pad", c.counts_padding ? 1 : 0), integer("p", 2)});
}

IslandCase pool_indices_case() {
  const TestTensor x = tensor(DType::f32, {1, 2, 1, 4}, {1, 5, 5, 2, 9, -3, 0, 7});
  return one_node(
      "PoolIndices", "PoolIndices", {x},
      {tensor(DType::f32, {1, 2, 1, 3}, {5, 5, 5, 9, 0, 7}),
       tensor(DType::i64, {1, 2, 1, 3}, {1, 1, 2, 4, 6, 7})},
      {word("mode", "max"), ints("kernel_shape", {1, 2}), ints("strides", {1, 1}),
       ints("dilations", {1, 1}), ints("pads", {0, 0, 0, 0}), integer("storage_order", 0)});
}

}  // namespace

std::vector<IslandCase> fold_cases() {
  std::vector<IslandCase> cases;
  for (const char* mode : {"sum", "mean", "prod", "max", "min"}) {
    cases.push_back(reduce_case(DType::f32, mode, {3, 4, 5}, {1}));
    cases.push_back(reduce_case(DType::f16, mode, {3, 7}, {1}));
  }
  cases.push_back(reduce_case(DType::f32, "sum", {2, 3, 4, 5}, {0, 2}));
  cases.push_back(reduce_case(DType::f32, "mean", {2, 300}, {0, 1}));
  cases.push_back(reduce_case(DType::f64, "sum", {7}, {0}));
  cases.push_back(reduce_case(DType::i64, "sum", {3, 4}, {0}));
  cases.push_back(reduce_case(DType::i8, "sum", {40, 2}, {0}));
  cases.push_back(reduce_case(DType::boolean, "max", {4, 3}, {1}));
  cases.push_back(reduce_case(DType::f32, "sum", {3, 0, 2}, {1}));
  cases.push_back(reduce_case(DType::f32, "max", {3, 0}, {1}));
  cases.push_back(reduce_case(DType::f32, "max", {0, 3}, {1}));
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      cases.push_back(arg_reduce_case(a, b));
      cases.push_back(scan_case(a, b));
    }
    for (const size_t count : {5, 17, 40}) {
      cases.push_back(top_k_case(DType::f32, a, count));
      cases.push_back(top_k_case(DType::i32, a, count));
    }
  }
  const PoolCase pools[] = {
      {"max", 7, 3, 2, 1, 1, 1, 4, false},     {"max", 9, 2, 1, 3, 0, 0, 6, false},
      {"average", 7, 3, 2, 1, 1, 1, 4, false}, {"average", 7, 3, 2, 1, 1, 1, 4, true},
      {"average", 6, 3, 2, 1, 0, 0, 3, true},  {"lp", 5, 2, 1, 1, 0, 0, 4, false},
      {"average", 5, 5, 1, 1, 0, 0, 1, false},
  };
  for (const PoolCase& c : pools) cases.push_back(pool_case(c));
  cases.push_back(pool_indices_case());
  return cases;
}

std::vector<IslandCase> scatter_cases() {
  const TestTensor data = tensor(DType::f32, {3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const TestTensor at = tensor(DType::i64, {2, 3}, {1, 0, 2, -1, 0, 7});
  const TestTensor updates = tensor(DType::f32, {2, 3}, {10, 20, 30, 40, 50, 60});
  std::vector<IslandCase> cases;
  cases.push_back(one_node("ScatterElements", "ScatterElements", {data, at, updates},
                           {tensor(DType::f32, {3, 3}, {1, 50, 3, 10, 5, 6, 40, 8, 30})},
                           {integer("axis", 0), word("reduction", "none")}));
  cases.push_back(one_node("ScatterElements that adds", "ScatterElements", {data, at, updates},
                           {tensor(DType::f32, {3, 3}, {1, 72, 3, 14, 5, 6, 47, 8, 39})},
                           {integer("axis", 0), word("reduction", "add")}));
  const TestTensor rows = tensor(DType::i64, {2, 1}, {2, -3});
  cases.push_back(one_node("ScatterND", "ScatterND", {data, rows, updates},
                           {tensor(DType::f32, {3, 3}, {40, 50, 60, 4, 5, 6, 10, 20, 30})},
                           {word("reduction", "none")}));
  return cases;
}

}  // namespace tenon::testing
