// SPDX-License-Identifier: Apache-2.0
#include "conv.h"

#include <fmt/format.h>

namespace tenon::kernelgen {
namespace {

bool is_constant(const Expr& expression, int64_t value) {
  return expression.is_constant() && expression.constant() == value;
}

// One tap, stride 1 and no padding everywhere: the spatial axes are one axis.
bool is_pointwise(const WindowSizes& window) {
  for (const Expr& kernel : window.kernel) {
    if (!is_constant(kernel, 1)) return false;
  }
  for (const int64_t stride : window.strides) {
    if (stride != 1) return false;
  }
  for (const Expr& pad : window.pads) {
    if (!is_constant(pad, 0)) return false;
  }
  return true;
}

void flatten_pointwise(ExprPool& pool, ConvSizes& sizes) {
  if (!is_pointwise(sizes.window)) return;
  sizes.in = {product(pool, sizes.in)};
  sizes.out = {product(pool, sizes.out)};
  sizes.window = {.kernel = {pool.integer(1)},
                  .strides = {1},
                  .dilations = {1},
                  .pads = {pool.integer(0), pool.integer(0)}};
}

}  // namespace

Result<ConvSizes> conv_sizes(const Work& work, bool is_transposed) {
  ConvSizes sizes;
  TENON_TRY_ASSIGN(sizes.window, window_sizes(work));
  const std::vector<Expr> x = work.input_dims(0);
  const std::vector<Expr> w = work.input_dims(1);
  const std::vector<Expr> y = work.output_dims();
  if (w.size() != x.size()) {
    return work.refuse(fmt::format("weights of rank {}, expected {}", w.size(), x.size()));
  }
  for (size_t i = 0; i < sizes.window.kernel.size(); ++i) {
    if (!w[i + 2].same(sizes.window.kernel[i]) && w[i + 2].is_constant())
      sizes.window.kernel[i] = w[i + 2];
  }
  sizes.groups = work.integer("group", 1);
  const Expr divided = is_transposed ? x[1] : y[1];
  if (sizes.groups < 1 || (divided.is_constant() && divided.constant() % sizes.groups != 0)) {
    return work.refuse(fmt::format("group {} does not divide the channels", sizes.groups));
  }
  ExprPool& pool = work.island().pool();
  const Expr groups = pool.integer(sizes.groups);
  sizes.images = x[0];
  sizes.group_channels = is_transposed ? floor_div(x[1], groups) : w[1];
  sizes.group_filters = is_transposed ? w[1] : floor_div(y[1], groups);
  if (!is_transposed && x[1].is_constant() && w[1].is_constant() &&
      x[1].constant() != w[1].constant() * sizes.groups) {
    return work.refuse(fmt::format("{} channels, weights are for {} groups of {}", x[1].constant(),
                                   sizes.groups, w[1].constant()));
  }
  sizes.in.assign(x.begin() + 2, x.end());
  sizes.out.assign(y.begin() + 2, y.end());
  if (!is_transposed) flatten_pointwise(pool, sizes);
  return sizes;
}

}  // namespace tenon::kernelgen
