// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/row_norm.h"

namespace tenon::cpu {
namespace {

constexpr RowNorm norm = {.has_axis = true, .shift = 2, .mean = 1, .inverse = 2};

}  // namespace

Kernel layer_normalization() { return row_norm_kernel<norm>("LayerNormalization"); }

}  // namespace tenon::cpu
