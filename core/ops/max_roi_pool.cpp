// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/regions.h"

#include <string>

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const std::vector<int64_t> bins = c.integers("pooled_shape", {});
  if (c.rank(0) != 4 || c.rank(1) != 2) {
    return invalid("data and regions of rank {} and {}, expected 4 and 2", c.rank(0), c.rank(1));
  }
  if (bins.size() != 2 || bins[0] < 1 || bins[1] < 1) {
    return invalid("attribute pooled_shape has {} extents, expected 2 of at least 1", bins.size());
  }
  TENON_TRY(c.require_equal(c.dim(1, 1), c.number(5), "numbers of a region"));
  c.output(0, c.dtype(0), {c.dim(1, 0), c.dim(0, 1), c.number(bins[0]), c.number(bins[1])});
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId batch = slice(c, c.input(1), 1, c.number(0), c.number(1));
  const ValueId batches = reshape(c, c.cast(batch, DType::i64), {c.dim(1, 0)});
  const ValueId corners = slice(c, c.input(1), 1, c.number(1), c.number(5));
  c.output(0, pool_regions(c, c.input(0), corners, batches,
                           {{"sizes", c.integers("pooled_shape", {})},
                            {"mode", std::string("bins")},
                            {"spatial_scale", c.real("spatial_scale", 1)}}));
  return {};
}

}  // namespace

Op max_roi_pool() {
  return {
      .name = "MaxRoiPool",
      .doc = "Regions of the data brought to one size: the maximum of each bin of whole places.",
      .inputs = {{"x", "float"}, {"rois", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"spatial_scale", 1.0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 2, 6, 6}},
                              {.dims = {2, 5}, .values = {0, 0, 1, 4, 5, 0, 2, 2, 3, 5}}},
                   .attributes = {{"pooled_shape", std::vector<int64_t>{2, 2}}}}},
  };
}

}  // namespace tenon::ops
