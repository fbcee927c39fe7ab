// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <vector>

// Sizes of convolutions and poolings: attributes to their canonical form, and the output's dims.
namespace tenon::ops {

// Sets strides, dilations, kernel_shape and pads (auto_pad resolved) for a window `kernel` that
// slides over the spatial axes of `x`; returns the spatial extents of the output. Honours
// ceil_mode.
Result<std::vector<Expr>> slide(InferContext& c, const std::vector<Expr>& x,
                                std::vector<Expr> kernel);

// The same for the transposed direction, with output_padding and output_shape.
Result<std::vector<Expr>> slide_back(InferContext& c, const std::vector<Expr>& x,
                                     std::vector<Expr> kernel);

// Dims of the output of Conv for data and weights of these dims; checks the channels and sets the
// attributes.
Result<std::vector<Expr>> conv_dims(InferContext& c, const std::vector<Expr>& data,
                                    const std::vector<Expr>& weights);

// Dims of the output of a pooling of data of dims `data` with attribute kernel_shape.
Result<std::vector<Expr>> pool_dims(InferContext& c, const std::vector<Expr>& data);

}  // namespace tenon::ops
