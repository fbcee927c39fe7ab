// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/regions.h"

#include <string>

namespace tenon::ops {

Op region_pool() {
  return {
      .name = "RegionPool",
      .doc =
          "Regions of the data brought to one size, by mode average or max of interpolated samples "
          "of each bin, or of whole places (bins).",
      .inputs = {{"x", "float"}, {"rois", "float"}, {"batch_indices", "i64"}},
      .outputs = {{"y", "float"}},
      .infer = infer_regions,
      .primitive = true,
      .samples = {region_sample({{"half_pixel", 1}}),
                  region_sample({{"mode", std::string("max")}, {"sampling_ratio", 3}}),
                  region_sample({{"mode", std::string("bins")}})},
  };
}

}  // namespace tenon::ops
