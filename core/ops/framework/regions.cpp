// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/regions.h"

#include <string>
#include <utility>

namespace tenon::ops {

Status infer_regions(InferContext& c) {
  if (c.rank(0) != 4 || c.rank(1) != 2 || c.rank(2) != 1) {
    return invalid("data, regions and batch indices of rank {}, {} and {}, expected 4, 2 and 1",
                   c.rank(0), c.rank(1), c.rank(2));
  }
  const std::vector<int64_t> bins = c.integers("sizes", {});
  if (bins.size() != 2 || bins[0] < 1 || bins[1] < 1) {
    return invalid("{} extents of the output, expected 2 of at least 1", bins.size());
  }
  constexpr int64_t most_ratio = 1024;
  const int64_t ratio = c.integer("sampling_ratio", 0);
  if (ratio < 0 || ratio > most_ratio) {
    return invalid("attribute sampling_ratio is {}, expected 0 to {}", ratio, most_ratio);
  }
  TENON_TRY(c.require_equal(c.dim(1, 1), c.number(4), "numbers of a region"));
  TENON_TRY(c.require_equal(c.dim(1, 0), c.dim(2, 0), "regions and batch indices"));
  c.set("mode", c.text("mode", "average"));
  c.set("sampling_ratio", c.integer("sampling_ratio", 0));
  c.set("spatial_scale", c.real("spatial_scale", 1));
  c.set("half_pixel", c.integer("half_pixel", 0));
  c.output(0, c.dtype(0), {c.dim(1, 0), c.dim(0, 1), c.number(bins[0]), c.number(bins[1])});
  return {};
}

Sample region_sample(Attributes attributes) {
  attributes["sizes"] = std::vector<int64_t>{2, 3};
  return {.inputs = {{.dims = {1, 2, 6, 6}},
                     {.dims = {2, 4}, .values = {0, 1, 4, 5, 2, 2, 3, 5}},
                     {.dims = {2}, .dtype = DType::i64, .values = {0, 0}}},
          .attributes = std::move(attributes)};
}

ValueId pool_regions(ExpandContext& c, ValueId x, ValueId regions, ValueId batches,
                     Attributes attributes) {
  const auto ratio = attributes.find("sampling_ratio");
  const auto* count = ratio == attributes.end() ? nullptr : std::get_if<int64_t>(&ratio->second);
  const bool few = count != nullptr && *count >= 1 && *count <= most_samples;
  return c.add(few ? "RegionSamples" : "RegionPool", {x, regions, batches}, std::move(attributes));
}

}  // namespace tenon::ops
