// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/resample.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum class Padding : uint8_t { zeros, border, reflection };

struct Axis {
  Expr size;       // i64
  Expr low, high;  // where reflection turns, f32
  Padding padding = Padding::zeros;
};

struct Tap {
  Expr index;   // i64
  Expr inside;  // bool, may be invalid
  Expr weight;  // f32, invalid = 1
};

// `x` reflected at both ends of an axis until it is within.
Expr reflect(ElementContext& c, Expr x, const Axis& axis) {
  return formula(c,
                 "low + min(rem(abs(x - low), 2 * (high - low)), 2 * (high - low) - "
                 "rem(abs(x - low), 2 * (high - low)))",
                 {{"x", x}, {"low", axis.low}, {"high", axis.high}});
}

Expr clamp(ElementContext& c, Expr x, const Axis& axis) {
  const Expr last = c.pool().cast(axis.size - 1, x.type());
  return minimum(maximum(x, c.pool().cast(c.number(0), x.type())), last);
}

Tap tap(ElementContext& c, Expr place, const Axis& axis, Expr weight) {
  const Expr index = as_index(place);
  switch (axis.padding) {
    case Padding::border:
      return {clamp(c, index, axis), Expr(), weight};
    case Padding::reflection:
      return {clamp(c, as_index(reflect(c, place, axis)), axis), Expr(), weight};
    default:
      return {index, index >= 0 && index < axis.size, weight};
  }
}

std::vector<Tap> taps(ElementContext& c, Expr x, const Axis& axis, const std::string& mode) {
  ExprPool& pool = c.pool();
  if (mode == "nearest") x = pool.unary(TENON_EXPR_ROUND, x);
  // Of a cubic curve only its four taps are moved, not the place between them.
  if (mode != "cubic" && axis.padding == Padding::border) x = clamp(c, x, axis);
  if (mode != "cubic" && axis.padding == Padding::reflection) x = reflect(c, x, axis);
  if (mode == "nearest") return {tap(c, x, axis, Expr())};
  const Expr floor = pool.unary(TENON_EXPR_FLOOR, x);
  const Expr ratio = x - floor;
  if (mode == "linear") {
    return {tap(c, floor, axis, pool.real(1) - ratio), tap(c, floor + 1, axis, ratio)};
  }
  std::vector<Tap> result;
  for (int64_t i = -1; i <= 2; ++i) {
    const Expr weight = cubic_weight(ratio - pool.real(static_cast<double>(i)), -0.75);
    result.push_back(tap(c, floor + i, axis, weight));
  }
  return result;
}

// The weighted sum over the taps of spatial axis `axis` and all later ones.
Expr weighted(ElementContext& c, const std::vector<std::vector<Tap>>& all, size_t axis,
              Index& index, Expr inside) {
  if (axis == all.size()) return c.load(0, index, inside, Expr());
  Expr sum;
  for (const Tap& tap : all[axis]) {
    index[axis + 2] = tap.index;
    const Expr both = tap.inside.valid() ? inside && tap.inside : inside;
    Expr part = weighted(c, all, axis + 1, index, both);
    if (tap.weight.valid()) part = part * tap.weight;
    sum = sum.valid() ? sum + part : part;
  }
  return sum;
}

Expr element(ElementContext& c) {
  ExprPool& pool = c.pool();
  const int64_t spatial = c.rank(0) - 2;
  const bool align = c.integer("align_corners", 0) != 0;
  const std::string padding = c.text("padding_mode", "zeros");
  std::vector<std::vector<Tap>> all;
  for (int64_t i = 0; i < spatial; ++i) {
    Axis axis;
    axis.size = c.dim(0, i + 2);
    const Expr size = pool.cast(axis.size, Type::f32);
    axis.low = pool.real(align ? 0 : -0.5);
    axis.high = size - pool.real(align ? 1 : 0.5);
    if (padding == "border") axis.padding = Padding::border;
    if (padding == "reflection") axis.padding = Padding::reflection;
    Index place = {c.coordinate(0)};
    for (int64_t k = 0; k < spatial; ++k) place.push_back(c.coordinate(k + 2));
    // The first number of a place belongs to the last axis.
    place.push_back(c.number(spatial - 1 - i));
    const Expr x = formula(c, align ? "(g + 1) / 2 * (size - 1)" : "((g + 1) * size - 1) / 2",
                           {{"g", pool.cast(c.load(1, place), Type::f32)}, {"size", size}});
    if (!x.valid()) return x;
    all.push_back(taps(c, x, axis, c.text("mode", "linear")));
  }
  Index index = c.output_index();
  return weighted(c, all, 0, index, pool.boolean(true));
}

Status infer(InferContext& c) {
  const int64_t rank = c.rank(0);
  if (rank < 3 || c.rank(1) != rank) {
    return invalid("data of rank {}, grid of rank {}, expected the same", rank, c.rank(1));
  }
  const std::string mode = c.text("mode", "linear");
  if ((mode != "linear" && mode != "nearest" && mode != "cubic") || rank > 5 ||
      (mode == "cubic" && rank > 4)) {
    return unsupported("mode \"{}\" over {} spatial axes", mode, rank - 2);
  }
  const std::string padding = c.text("padding_mode", "zeros");
  if (padding != "zeros" && padding != "border" && padding != "reflection") {
    return invalid("padding_mode \"{}\", expected zeros, border or reflection", padding);
  }
  TENON_TRY(c.require_equal(c.dim(1, -1), c.number(rank - 2), "numbers of a place"));
  TENON_TRY(c.require_equal(c.dim(0, 0), c.dim(1, 0), "batches of the data and the grid"));
  std::vector<Expr> dims = {c.dim(0, 0), c.dim(0, 1)};
  dims.insert(dims.end(), c.dims(1).begin() + 1, c.dims(1).end() - 1);
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op grid_sample() {
  const SampleInput x = {.dims = {1, 2, 4, 5}};
  const SampleInput grid = {.dims = {1, 3, 2, 2}, .low = -1.3, .high = 1.3};
  return {
      .name = "GridSample",
      .doc = "The data at places given as numbers from -1 to 1 per axis, interpolated.",
      .inputs = {{"x", "numeric|bool"}, {"grid", "float"}},
      .outputs = {{"y", "numeric|bool"}},
      .attributes = {{"align_corners", 0}, {"mode", "linear"}, {"padding_mode", "zeros"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {x, grid}},
                  {.inputs = {x, grid}, .attributes = {{"padding_mode", "reflection"}}},
                  {.inputs = {x, grid},
                   .attributes = {{"mode", "cubic"}, {"padding_mode", "border"}}}},
  };
}

}  // namespace tenon::ops
