// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "window.h"

// The sizes of a Conv or ConvTranspose node; its templates share them. [any thread]
namespace tenon::kernelgen {

struct ConvSizes {
  int64_t groups = 1;
  Expr images, group_channels, group_filters;
  std::vector<Expr> in;  // spatial
  std::vector<Expr> out;
  WindowSizes window;
};

Result<ConvSizes> conv_sizes(const Work& work, bool is_transposed);

// For devices with shared memory of their own, where the product is large enough to fill tiles.
bool can_stage_conv(const Work& work, const ConvSizes& sizes);
Kernels conv_staged(const Work& work, const ConvSizes& sizes);

}  // namespace tenon::kernelgen
