// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

// Pooling of regions: operands data [N, C, H, W], corners x1, y1, x2, y2 of regions [R, 4] and the
// batch of each [R]; attributes sizes (the bins along both axes), spatial_scale, half_pixel,
// sampling_ratio and mode.
namespace tenon::ops {

// Samples along one axis of a bin that a formula takes.
constexpr int64_t most_samples = 4;

Status infer_regions(InferContext& c);
// The operands of a sample.
Sample region_sample(Attributes attributes);
// For expand: the pooling of regions with the attributes that are given here.
ValueId pool_regions(ExpandContext& c, ValueId x, ValueId regions, ValueId batches,
                     Attributes attributes);

}  // namespace tenon::ops
