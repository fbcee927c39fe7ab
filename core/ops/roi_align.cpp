// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/regions.h"

#include <string>

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const std::string mode = c.text("mode", "avg");
  if (mode != "avg" && mode != "max") return invalid("mode \"{}\", expected avg or max", mode);
  c.set("sizes", std::vector<int64_t>{c.integer("output_height", 1), c.integer("output_width", 1)});
  TENON_TRY(infer_regions(c));
  c.set("mode", mode);
  return {};
}

Status expand(ExpandContext& c) {
  const bool half = c.text("coordinate_transformation_mode", "half_pixel") == "half_pixel";
  Attributes attributes = {
      {"sizes", c.integers("sizes", {})},
      {"mode", std::string(c.text("mode", "avg") == "max" ? "max" : "average")},
      {"sampling_ratio", c.integer("sampling_ratio", 0)},
      {"spatial_scale", c.real("spatial_scale", 1)},
      {"half_pixel", int64_t{half}}};
  c.output(0, pool_regions(c, c.input(0), c.input(1), c.input(2), std::move(attributes)));
  return {};
}

}  // namespace

Op roi_align() {
  const Attributes bins = {{"output_height", 2}, {"output_width", 3}, {"sampling_ratio", 2}};
  return {
      .name = "RoiAlign",
      .doc =
          "Regions of the data brought to one size: the mean or the maximum of samples of each "
          "bin.",
      .inputs = {{"x", "float"}, {"rois", "float"}, {"batch_indices", "i64"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"mode", "avg"}, {"spatial_scale", 1.0}},
      .infer = infer,
      .expand = expand,
      .samples = {region_sample(bins)},
  };
}

}  // namespace tenon::ops
