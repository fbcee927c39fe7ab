// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/island_cases.h"

#include <fmt/format.h>

namespace tenon::testing {
namespace {

// numpy.matmul of [batch, m, k] (or [m, k] for every batch) by [batch or 1, k, n].
IslandCase mat_mul_case(DType dtype, int64_t a_batch, int64_t b_batch, int64_t m, int64_t k,
                        int64_t n) {
  const int64_t batch = std::max(a_batch, b_batch);
  const TestTensor a = random_tensor(dtype, {a_batch, m, k}, 11);
  const TestTensor b = random_tensor(dtype, {b_batch, k, n}, 12);
  const std::vector<double> x = a.reals();
  const std::vector<double> w = b.reals();
  std::vector<double> y;
  for (int64_t i = 0; i < batch * m * n; ++i) {
    const int64_t plane = i / (m * n);
    const int64_t row = i / n % m;
    double sum = 0;
    for (int64_t d = 0; d < k; ++d) {
      const int64_t at = ((a_batch == 1 ? 0 : plane) * m + row) * k + d;
      const int64_t bt = ((b_batch == 1 ? 0 : plane) * k + d) * n + i % n;
      sum += x[static_cast<size_t>(at)] * w[static_cast<size_t>(bt)];
    }
    y.push_back(sum);
  }
  return one_node(
      fmt::format("MatMul {} [{},{},{}]x[{},{},{}]", name_of(dtype), a_batch, m, k, b_batch, k, n),
      "MatMul", {a, b}, {tensor(dtype, {batch, m, n}, y)}, {});
}

IslandCase vector_product_case() {
  const TestTensor a = random_tensor(DType::f32, {9}, 13);
  const TestTensor b = random_tensor(DType::f32, {9}, 14);
  double sum = 0;
  for (int64_t i = 0; i < 9; ++i) sum += a.real(i) * b.real(i);
  return one_node("MatMul of vectors", "MatMul", {a, b}, {tensor(DType::f32, {}, {sum})}, {});
}

struct Axis {
  int64_t in = 1, kernel = 1, stride = 1, dilation = 1, begin = 0, end = 0;
  int64_t out() const { return (in + begin + end - (kernel - 1) * dilation - 1) / stride + 1; }
  int64_t spread() const { return (in - 1) * stride + (kernel - 1) * dilation + 1 - begin - end; }
};

struct ConvCase {
  std::string name;
  int64_t images, channels, filters, group;
  std::vector<Axis> axes;
  bool has_bias = false;
  DType dtype = DType::f32;
};

// The attributes and dims of a case.
struct Parts {
  std::vector<TestAttr> attrs;
  std::vector<int64_t> x, w, y;
  std::array<Axis, 3> axes;  // led by axes of extent 1
  std::array<int64_t, 3> out = {1, 1, 1};
};

Parts parts_of(const ConvCase& c, bool is_transposed) {
  Parts parts;
  std::vector<int64_t> kernel, strides, dilations, pads;
  const size_t count = c.axes.size();
  parts.x = {c.images, c.channels};
  parts.w = is_transposed ? std::vector<int64_t>{c.channels, c.filters / c.group}
                          : std::vector<int64_t>{c.filters, c.channels / c.group};
  parts.y = {c.images, c.filters};
  for (size_t i = 0; i < count; ++i) {
    const Axis& axis = c.axes[i];
    parts.axes[3 - count + i] = axis;
    parts.out[3 - count + i] = is_transposed ? axis.spread() : axis.out();
    kernel.push_back(axis.kernel);
    strides.push_back(axis.stride);
    dilations.push_back(axis.dilation);
    pads.push_back(axis.begin);
    parts.x.push_back(axis.in);
    parts.w.push_back(axis.kernel);
    parts.y.push_back(parts.out[3 - count + i]);
  }
  for (const Axis& axis : c.axes) pads.push_back(axis.end);
  parts.attrs = {ints("kernel_shape", kernel), ints("strides", strides),
                 ints("dilations", dilations), ints("pads", pads), integer("group", c.group)};
  return parts;
}

// Calls f(x index, w index, y index) for every product of the convolution; for a transposed one
// x and y change places.
template <class F>
void each_product(const ConvCase& c, const std::array<Axis, 3>& axes,
                  const std::array<int64_t, 3>& small, const std::array<int64_t, 3>& large,
                  int64_t small_channels, int64_t large_channels, F&& f) {
  const int64_t taps = axes[0].kernel * axes[1].kernel * axes[2].kernel;
  const int64_t small_plane = small[0] * small[1] * small[2];
  const int64_t large_plane = large[0] * large[1] * large[2];
  const int64_t mine = large_channels / c.group;
  const int64_t theirs = small_channels / c.group;
  for (int64_t i = 0; i < c.images * small_channels * small_plane; ++i) {
    const int64_t image = i / (small_channels * small_plane);
    const int64_t channel = i / small_plane % small_channels;
    const int64_t place[3] = {i % small_plane / (small[1] * small[2]), i / small[2] % small[1],
                              i % small[2]};
    for (int64_t k = 0; k < mine * taps; ++k) {
      const int64_t tap[3] = {k % taps / (axes[1].kernel * axes[2].kernel),
                              k / axes[2].kernel % axes[1].kernel, k % axes[2].kernel};
      int64_t flat = image * large_channels + channel / theirs * mine + k / taps;
      bool inside = true;
      for (size_t axis = 0; axis < 3; ++axis) {
        const int64_t at =
            place[axis] * axes[axis].stride + tap[axis] * axes[axis].dilation - axes[axis].begin;
        inside = inside && at >= 0 && at < large[axis];
        flat = flat * large[axis] + at;
      }
      if (inside)
        f(static_cast<size_t>(flat), static_cast<size_t>(channel * mine * taps + k),
          static_cast<size_t>(i));
    }
  }
  (void)large_plane;
}

IslandCase conv_case(const ConvCase& c, bool is_transposed) {
  const Parts parts = parts_of(c, is_transposed);
  const TestTensor x = random_tensor(c.dtype, parts.x, 15);
  const TestTensor w = random_tensor(c.dtype, parts.w, 16);
  const TestTensor bias = random_tensor(c.dtype, {c.filters}, 17);
  const std::vector<double> xs = x.reals();
  const std::vector<double> ws = w.reals();
  TestTensor y = empty_tensor(c.dtype, parts.y);
  std::vector<double> ys(static_cast<size_t>(y.elements()));
  if (c.has_bias) {
    const size_t plane = ys.size() / static_cast<size_t>(c.images * c.filters);
    for (size_t i = 0; i < ys.size(); ++i)
      ys[i] = bias.reals()[i / plane % static_cast<size_t>(c.filters)];
  }
  const std::array<int64_t, 3> in = {parts.axes[0].in, parts.axes[1].in, parts.axes[2].in};
  if (is_transposed) {
    each_product(c, parts.axes, in, parts.out, c.channels, c.filters,
                 [&](size_t yi, size_t wi, size_t xi) { ys[yi] += xs[xi] * ws[wi]; });
  } else {
    each_product(c, parts.axes, parts.out, in, c.filters, c.channels,
                 [&](size_t xi, size_t wi, size_t yi) { ys[yi] += xs[xi] * ws[wi]; });
  }
  std::vector<TestTensor> inputs = {x, w};
  if (c.has_bias) inputs.push_back(bias);
  return one_node(c.name, is_transposed ? "ConvTranspose" : "Conv", std::move(inputs),
                  {tensor(c.dtype, parts.y, ys)}, parts.attrs);
}

}  // namespace

std::vector<IslandCase> product_cases() {
  std::vector<IslandCase> cases;
  for (const DType dtype :
       {DType::f32, DType::f16, DType::bf16, DType::f64, DType::i32, DType::i64}) {
    cases.push_back(mat_mul_case(dtype, 1, 1, 9, 5, 11));
  }
  cases.push_back(mat_mul_case(DType::f32, 3, 1, 4, 17, 8));
  cases.push_back(mat_mul_case(DType::f32, 3, 3, 2, 3, 19));
  cases.push_back(mat_mul_case(DType::f32, 1, 2, 1, 8, 1));
  cases.push_back(mat_mul_case(DType::f32, 1, 1, 3, 0, 3));
  cases.push_back(mat_mul_case(DType::f32, 0, 0, 3, 2, 3));
  cases.push_back(vector_product_case());
  const Axis wide = {.in = 11, .kernel = 3, .begin = 1, .end = 1};
  const Axis strided = {.in = 12, .kernel = 3, .stride = 2, .dilation = 2, .begin = 2, .end = 1};
  const Axis long_axis = {.in = 40, .kernel = 5, .begin = 2, .end = 2};
  const std::vector<ConvCase> convolutions = {
      {"Conv 3x3 padded", 2, 3, 10, 1, {wide, wide}, true},
      {"Conv strided and dilated", 1, 4, 6, 2, {strided, strided}, true},
      {"Conv 1x1", 2, 5, 9, 1, {{.in = 5}, {.in = 7}}},
      {"Conv 1x1 with stride", 1, 2, 3, 1, {{.in = 5, .stride = 2}, {.in = 7, .stride = 3}}},
      {"Conv depthwise", 1, 6, 6, 6, {wide, long_axis}},
      {"Conv along one axis", 1, 2, 3, 1, {long_axis}, true},
      {"Conv along three axes",
       1,
       2,
       3,
       1,
       {{.in = 4, .kernel = 2}, {.in = 5, .kernel = 3, .begin = 1}, strided}},
      {"Conv f16", 1, 3, 4, 1, {wide, wide}, true, DType::f16},
      {"Conv f64", 1, 3, 4, 1, {wide, wide}, true, DType::f64},
      {"Conv i32", 1, 3, 4, 1, {wide, wide}, true, DType::i32},
      {"Conv of many filters", 2, 6, 40, 1, {wide, wide}, true},
      {"Conv of many filters in groups", 1, 8, 80, 2, {strided, strided}, true},
      {"Conv 1x1 of many filters", 2, 33, 70, 1, {{.in = 5}, {.in = 14}}},
      {"Conv of many filters along one axis", 1, 20, 35, 1, {long_axis}, true, DType::f16},
  };
  for (const ConvCase& c : convolutions) cases.push_back(conv_case(c, false));
  const std::vector<ConvCase> transposed = {
      {"ConvTranspose", 2, 3, 4, 1, {{.in = 4, .kernel = 3}, {.in = 5, .kernel = 3}}, true},
      {"ConvTranspose strided",
       1,
       4,
       6,
       2,
       {{.in = 3, .kernel = 3, .stride = 2, .begin = 1},
        {.in = 4, .kernel = 2, .stride = 3, .dilation = 2, .end = 1}},
       true},
      {"ConvTranspose along one axis",
       1,
       2,
       2,
       1,
       {{.in = 9, .kernel = 4, .stride = 2, .begin = 1, .end = 1}}},
      {"ConvTranspose along three axes",
       1,
       2,
       2,
       1,
       {{.in = 3, .kernel = 2}, {.in = 3, .kernel = 2}, {.in = 3, .kernel = 2, .stride = 2}}},
  };
  for (const ConvCase& c : transposed) cases.push_back(conv_case(c, true));
  return cases;
}

}  // namespace tenon::testing
