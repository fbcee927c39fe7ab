// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/row_norm.h"

namespace tenon::cpu {
namespace {

constexpr RowNorm norm = {.is_centred = false, .has_axis = true};

}  // namespace

Kernel simplified_layer_normalization() {
  return row_norm_kernel<norm>("SimplifiedLayerNormalization");
}

}  // namespace tenon::cpu
