// SPDX-License-Identifier: Apache-2.0
// How long the first run of a new width takes on a network that takes any:
//
//   widths MODEL [DEVICE [HEIGHT [COUNT]]]
//
// The model has one picture input [N, C, H, W] of f32 with free sizes. Widths are 32, 64, ... in a
// shuffled order; each runs twice. Prints a line for each width and the figure: the slowest first
// run by the median of first runs.
#include "tenon/tenon.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace {

using namespace tenon;

struct Row {
  int64_t width = 0;
  double first_ms = 0, again_ms = 0;
};

Tensor picture(const Tensor& wanted, int64_t height, int64_t width) {
  Tensor tensor = wanted;
  tensor.dims = {1, wanted.dims[1], height, width};
  const auto count = static_cast<size_t>(wanted.dims[1] * height * width);
  std::vector<float> pixels(count);
  for (size_t i = 0; i < count; ++i) pixels[i] = static_cast<float>(i % 251) / 251;
  Tensor made = Tensor::of_f32(tensor.dims, pixels);
  made.name = wanted.name;
  return made;
}

double run_ms(Session& session, const Tensor& input) {
  const auto begin = std::chrono::steady_clock::now();
  session.run(std::span(&input, 1));
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

int measure(const char* path, const std::string& device, int64_t height, int64_t count) {
  const Engine engine;
  const Model model = engine.load(path);
  const Tensor wanted = model.inputs().front();
  const auto begin = std::chrono::steady_clock::now();
  Session session = model.session(device);
  const std::chrono::duration<double, std::milli> made = std::chrono::steady_clock::now() - begin;
  std::printf("%s on %s, height %ld: session made in %.0f ms\n", path, device.c_str(),
              static_cast<long>(height), made.count());
  std::vector<Row> rows;
  for (int64_t i = 1; i <= count; ++i) rows.push_back({32 * i});
  std::shuffle(rows.begin(), rows.end(), std::mt19937(1));
  std::vector<double> firsts, ratios;
  for (Row& row : rows) {
    const Tensor input = picture(wanted, height, row.width);
    row.first_ms = run_ms(session, input);
    row.again_ms = run_ms(session, input);
    std::printf("width %5ld  first %8.1f ms  again %8.1f ms\n", static_cast<long>(row.width),
                row.first_ms, row.again_ms);
    std::fflush(stdout);
    firsts.push_back(row.first_ms);
    ratios.push_back(row.first_ms / row.again_ms);
  }
  const double slowest = *std::ranges::max_element(firsts);
  std::printf(
      "first runs: slowest %.1f ms, median %.1f ms, slowest / median %.2f; "
      "first / again: median %.2f, most %.2f\n",
      slowest, median(firsts), slowest / median(firsts), median(ratios),
      *std::ranges::max_element(ratios));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::fputs("widths MODEL [DEVICE [HEIGHT [COUNT]]]\n", stderr);
    return 2;
  }
  try {
    return measure(words[1], count > 2 ? words[2] : "opencl", count > 3 ? std::atoll(words[3]) : 64,
                   count > 4 ? std::atoll(words[4]) : 64);
  } catch (const tenon::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
