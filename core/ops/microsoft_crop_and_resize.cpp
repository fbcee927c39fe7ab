// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> size, c.values(3));
  if (c.rank(0) != 4 || c.rank(1) != 2 || c.rank(2) != 1 || size.size() != 2) {
    return invalid("data, boxes and batch indices of rank {}, {} and {}, {} extents of a crop",
                   c.rank(0), c.rank(1), c.rank(2), size.size());
  }
  const std::string mode = c.text("mode", "bilinear");
  if (mode != "bilinear" && mode != "nearest") {
    return invalid("mode \"{}\", expected bilinear or nearest", mode);
  }
  TENON_TRY(c.require_equal(c.dim(1, 1), c.number(4), "numbers of a box"));
  TENON_TRY(c.require_equal(c.dim(1, 0), c.dim(2, 0), "boxes and batch indices"));
  c.output(0, c.dtype(0), {c.dim(1, 0), c.dim(0, 1), size[0], size[1]});
  return {};
}

// Where in the data a place of the crop lies along an axis.
Expr position(ElementContext& c, int64_t axis) {
  const Type type = type_of(c.dtype(1));
  const auto real = [&](Expr x) { return c.pool().cast(x, type); };
  const Expr box = c.coordinate(0);
  return formula(c,
                 "n > 1 ? low * (size - 1) + i * ((high - low) * (size - 1) / (n - 1))"
                 " : 0.5 * (low + high) * (size - 1)",
                 {{"n", real(c.output_dim(axis))},
                  {"low", c.load(1, {box, c.number(axis - 2)})},
                  {"high", c.load(1, {box, c.number(axis)})},
                  {"size", real(c.dim(0, axis))},
                  {"i", real(c.coordinate(axis))}});
}

struct Place {
  Expr low, high, at_high, inside;
};

Place place(ElementContext& c, int64_t axis, bool nearest) {
  const Expr x = position(c, axis);
  const Expr size = c.dim(0, axis);
  Place p;
  p.inside = x >= 0 && x <= c.pool().cast(size - 1, x.type());
  const Expr half = c.real_number(nearest ? 0.5 : 0, x.type());
  const Expr floor = c.pool().unary(TENON_EXPR_FLOOR, x + half);
  p.low = minimum(maximum(as_index(floor), c.number(0)), size - 1);
  p.high = minimum(p.low + 1, size - 1);
  p.at_high = x - floor;
  return p;
}

Expr element(ElementContext& c) {
  const bool nearest = c.text("mode", "bilinear") == "nearest";
  const Place y = place(c, 2, nearest);
  const Place x = place(c, 3, nearest);
  const Expr inside = y.inside && x.inside;
  const Expr batch = as_index(c.load(2, {c.coordinate(0)}));
  const auto at = [&](Expr row, Expr column) {
    return c.load(0, {batch, c.coordinate(1), row, column}, inside, Expr());
  };
  Expr value = at(y.low, x.low);
  if (!nearest) {
    value = formula(c, "a + (b - a) * u + (p + (q - p) * u - (a + (b - a) * u)) * v",
                    {{"a", value},
                     {"b", at(y.low, x.high)},
                     {"p", at(y.high, x.low)},
                     {"q", at(y.high, x.high)},
                     {"u", x.at_high},
                     {"v", y.at_high}});
  }
  return select(inside, value, c.real_number(c.real("extrapolation_value", 0), value.type()));
}

}  // namespace

Op microsoft_crop_and_resize() {
  return {
      .name = "CropAndResize",
      .domain = "com.microsoft",
      .doc = "Boxes of the data, in shares of its height and width, brought to one size.",
      .inputs = {{"x", "float"}, {"rois", "float"}, {"batch_indices", "i32"}, {"crop_size", "i32"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"mode", "bilinear"}, {"extrapolation_value", 0.0}},
      .infer = infer,
      .shape_operands = {3},
      .element = element,
      .samples = {{.inputs = {{.dims = {1, 2, 5, 6}},
                              {.dims = {2, 4}, .values = {0, 0.1, 0.8, 0.9, 0.5, 0.2, 1.2, 0.4}},
                              {.dims = {2}, .dtype = DType::i32, .values = {0, 0}},
                              {.dims = {2}, .dtype = DType::i32, .values = {3, 4}}}}},
  };
}

}  // namespace tenon::ops
