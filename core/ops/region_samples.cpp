// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/regions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// The two neighbours of a place on one axis and their weights.
struct Neighbours {
  Expr low, high;        // i64
  Expr at_low, at_high;  // weights
  Expr inside;
};

Neighbours neighbours(ElementContext& c, Expr place, Expr size) {
  const Expr last = c.pool().cast(size - 1, place.type());
  Neighbours n;
  n.inside = place >= -1 && place <= c.pool().cast(size, place.type());
  const Expr kept = minimum(maximum(place, c.pool().cast(c.number(0), place.type())), last);
  const Expr floor = c.pool().unary(TENON_EXPR_FLOOR, kept);
  n.low = as_index(floor);
  n.high = minimum(n.low + 1, size - 1);
  n.at_high = kept - floor;
  n.at_low = c.pool().cast(c.number(1), place.type()) - n.at_high;
  return n;
}

// Places of the samples along one axis of a bin.
std::vector<Neighbours> samples(ElementContext& c, int64_t axis) {
  const Expr roi = c.coordinate(0);
  const bool half = c.integer("half_pixel", 0) != 0;
  const int64_t count = c.integer("sampling_ratio", 1);
  // A region is x1, y1, x2, y2.
  const Expr low = c.load(1, {roi, c.number(3 - axis)});
  const Expr high = c.load(1, {roi, c.number(5 - axis)});
  const auto scaled = [&](Expr x) {
    return formula(c, half ? "x * scale - 0.5" : "x * scale",
                   {{"x", x}, {"scale", c.real_number(c.real("spatial_scale", 1))}});
  };
  const Expr begin = scaled(low);
  const Expr end = scaled(high);
  std::vector<Neighbours> result;
  for (int64_t i = 0; i < count; ++i) {
    const Expr place =
        formula(c,
                half ? "begin + (end - begin) / bins * (bin + (i + 0.5) / count)"
                     : "begin + max(end - begin, 1) / bins * (bin + (i + 0.5) / count)",
                {{"begin", begin},
                 {"end", end},
                 {"bins", c.pool().cast(c.output_dim(axis), begin.type())},
                 {"bin", c.pool().cast(c.coordinate(axis), begin.type())},
                 {"i", c.real_number(static_cast<double>(i), begin.type())},
                 {"count", c.real_number(static_cast<double>(count), begin.type())}});
    result.push_back(neighbours(c, place, c.dim(0, axis)));
  }
  return result;
}

// The four weighted neighbours of a sample.
std::vector<Expr> corners(ElementContext& c, const Neighbours& y, const Neighbours& x) {
  const Expr batch = as_index(c.load(2, {c.coordinate(0)}));
  std::vector<Expr> result;
  for (const auto& [row, row_weight] : {std::pair(y.low, y.at_low), {y.high, y.at_high}}) {
    for (const auto& [column, weight] : {std::pair(x.low, x.at_low), {x.high, x.at_high}}) {
      const Index index = {batch, c.coordinate(1), row, column};
      result.push_back(c.load(0, index, y.inside && x.inside, Expr()) * row_weight * weight);
    }
  }
  return result;
}

Expr element(ElementContext& c) {
  const bool largest = c.text("mode", "average") == "max";
  const int64_t count = c.integer("sampling_ratio", 1);
  const std::vector<Neighbours> columns = samples(c, 3);
  Expr result;
  for (const Neighbours& y : samples(c, 2)) {
    for (const Neighbours& x : columns) {
      for (const Expr corner : corners(c, y, x)) {
        if (!result.valid()) {
          result = corner;
        } else {
          result = largest ? maximum(result, corner) : result + corner;
        }
      }
    }
  }
  return largest ? result : result / (count * count);
}

}  // namespace

Op region_samples() {
  return {
      .name = "RegionSamples",
      .doc = "RegionPool of mode average or max with 1 to 4 samples along each axis of a bin.",
      .inputs = {{"x", "float"}, {"rois", "float"}, {"batch_indices", "i64"}},
      .outputs = {{"y", "float"}},
      .infer = [](InferContext& c) -> Status {
        const int64_t count = c.integer("sampling_ratio", 0);
        if (count < 1 || count > most_samples) {
          return unsupported("sampling_ratio {}, expected 1 to {}", count, most_samples);
        }
        return infer_regions(c);
      },
      .element = element,
      .samples = {region_sample({{"sampling_ratio", 2}, {"mode", std::string("average")}}),
                  region_sample(
                      {{"sampling_ratio", 1}, {"mode", std::string("max")}, {"half_pixel", 1}})},
  };
}

}  // namespace tenon::ops
