// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tenon::recipes {
namespace {

double llama3(const Rope& rope, double frequency) {
  const double original = rope.original > 0 ? rope.original : 8192;
  const double wave = 2 * std::numbers::pi / frequency;
  if (wave < original / rope.high) return frequency;
  if (wave > original / rope.low) return frequency / rope.factor;
  const double t = (original / wave - rope.low) / (rope.high - rope.low);
  return frequency * ((1 - t) / rope.factor + t);
}

// The pair that turns `turns` times within the original context.
double yarn_pair(const Rope& rope, double dims, double turns) {
  const double original = rope.original > 0 ? rope.original : rope.context;
  return dims * std::log(original / (2 * std::numbers::pi * turns)) / (2 * std::log(rope.base));
}

void stretch_yarn(const Rope& rope, std::vector<double>& list) {
  const auto dims = static_cast<double>(2 * list.size());
  double low = yarn_pair(rope, dims, rope.fast);
  double high = yarn_pair(rope, dims, rope.slow);
  if (rope.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, dims - 1);
  for (size_t k = 0; k < list.size(); ++k) {
    const double place = (static_cast<double>(k) - low) / std::max(0.001, high - low);
    const double kept = 1 - std::clamp(place, 0.0, 1.0);
    list[k] = list[k] / rope.factor * (1 - kept) + list[k] * kept;
  }
}

// A factor that divides by nothing would turn all into NaN.
double divisor(const std::vector<double>& factors, size_t k) {
  return k < factors.size() && factors[k] != 0 ? factors[k] : 1;
}

}  // namespace

std::vector<double> frequencies(const Rope& rope, int64_t dims) {
  const auto size = static_cast<double>(dims);
  double base = rope.base;
  if (rope.type == "dynamic" && rope.is_long() && size > 2) {
    const double ratio = rope.factor * rope.context / rope.original - (rope.factor - 1);
    base *= std::pow(ratio, size / (size - 2));
  }
  std::vector<double> list;
  for (int64_t k = 0; k < dims / 2; ++k) {
    list.push_back(std::pow(base, -2.0 * static_cast<double>(k) / size));
  }
  const std::vector<double>& factors = rope.is_long() ? rope.long_factors : rope.short_factors;
  for (size_t k = 0; k < list.size(); ++k) {
    if (rope.type == "linear") list[k] /= rope.factor;
    if (rope.type == "llama3") list[k] = llama3(rope, list[k]);
    if (rope.type == "longrope") list[k] /= divisor(factors, k);
  }
  if (rope.type == "yarn" && rope.factor > 1) stretch_yarn(rope, list);
  return list;
}

double magnitude(const Rope& rope) {
  if (rope.attention > 0) return rope.attention;
  if (rope.type == "yarn" && rope.factor > 1) {
    const auto scale = [&](double m) { return 0.1 * m * std::log(rope.factor) + 1; };
    if (rope.mscale > 0 && rope.mscale_all > 0) return scale(rope.mscale) / scale(rope.mscale_all);
    return scale(1);
  }
  if (rope.type == "longrope" && rope.is_long()) {
    return std::sqrt(1 + std::log(rope.context / rope.original) / std::log(rope.original));
  }
  return 1;
}

}  // namespace tenon::recipes
