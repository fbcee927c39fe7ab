// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/row_norm.h"

namespace tenon::cpu {
namespace {

constexpr RowNorm norm = {.epsilon = 1e-12f,
                          .skip = 1,
                          .scale = 2,
                          .shift = 3,
                          .bias = 4,
                          .mean = 1,
                          .inverse = 2,
                          .sum = 3};

}  // namespace

Kernel skip_layer_normalization() {
  return row_norm_kernel<norm>("SkipLayerNormalization", "com.microsoft");
}

}  // namespace tenon::cpu
