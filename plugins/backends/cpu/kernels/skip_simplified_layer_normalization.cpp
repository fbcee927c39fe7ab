// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/row_norm.h"

namespace tenon::cpu {
namespace {

constexpr RowNorm norm = {.is_centred = false,
                          .epsilon = 1e-12f,
                          .skip = 1,
                          .scale = 2,
                          .bias = 3,
                          .mean = 1,
                          .inverse = 2,
                          .sum = 3};

}  // namespace

Kernel skip_simplified_layer_normalization() {
  return row_norm_kernel<norm>("SkipSimplifiedLayerNormalization", "com.microsoft");
}

}  // namespace tenon::cpu
