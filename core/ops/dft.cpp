// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

struct Transform {
  int64_t axis = 0;
  Expr length;   // points of the transform
  Expr inputs;   // points that are taken in
  Expr outputs;  // points that are given out
  bool inverse = false;
  bool to_real = false;  // from the first half of a spectrum whose other half mirrors it
};

Result<Transform> transform(const NodeContext& c) {
  if (c.rank(0) < 2) return invalid("input of rank {}, expected at least 2", c.rank(0));
  Transform t;
  std::vector<int64_t> axes = {c.rank(0) - 2};
  if (c.has(2)) {
    TENON_TRY_ASSIGN(axes, c.constants(2));
  }
  if (axes.size() != 1) return invalid("{} axes, expected 1", axes.size());
  TENON_TRY_ASSIGN(t.axis, resolve_axis(axes[0], c.rank(0)));
  if (t.axis == c.rank(0) - 1) return invalid("the last axis holds the parts of a number");
  TENON_TRY_ASSIGN(const std::vector<Expr> length, c.values(1));
  const Expr size = c.dim(0, t.axis);
  t.inverse = c.integer("inverse", 0) != 0;
  const bool onesided = c.integer("onesided", 0) != 0;
  t.to_real = t.inverse && onesided;
  t.length = !length.empty() ? length[0] : t.to_real ? (size - 1) * 2 : size;
  const Expr half = floor_div(t.length, c.number(2)) + 1;
  t.inputs = t.to_real ? half : t.length;
  t.outputs = onesided && !t.inverse ? half : t.length;
  return t;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Transform t, transform(c));
  const Expr parts = c.dim(0, -1);
  if (!parts.is_constant()) return unsupported("the size of the last axis is not constant");
  if (parts.constant() < 1 || parts.constant() > 2) {
    return invalid("the last axis has not size 1 or 2");
  }
  if (t.to_real && parts.constant() != 2) return invalid("a spectrum without imaginary parts");
  std::vector<Expr> dims = c.dims(0);
  dims[static_cast<size_t>(t.axis)] = t.outputs;
  dims.back() = c.number(t.to_real ? 1 : 2);
  c.output(0, c.dtype(0), dims);
  return {};
}

// One part of the numbers with the transformed axis last, as long as the transform takes.
ValueId part(ExpandContext& c, const Transform& t, int64_t which, const std::vector<int64_t>& perm,
             DType work) {
  const int64_t last = c.rank(0) - 1;
  const Expr at = c.number(which);
  const ValueId whole = slice(c, c.cast(c.input(0), work), last, at, at + 1);
  const ValueId x = transpose(c, c.add("Squeeze", {whole, c.integers({last})}), perm);
  const Expr missing = t.inputs - c.dim(0, t.axis);
  const ValueId fitting =
      c.add("Pad", {x, c.sizes({c.number(0), missing}), no_id, c.integers({last - 1})});
  if (!t.to_real) return fitting;
  // All points but the first and the middle one stand for two.
  return map(c, "k == 0 || 2 * k == n ? x : 2 * x",
             {{"k", count_up(c, t.inputs)}, {"n", c.sizes({t.length})}, {"x", fitting}}, work);
}

// A product with the matrices of cosines and sines.
Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Transform t, transform(c));
  const DType dtype = c.dtype(0);
  const DType work = wide(dtype);
  const int64_t rank = c.rank(0) - 1;
  const bool is_complex = c.dim(0, rank).constant() == 2;
  std::vector<int64_t> perm = axes_between(0, rank);
  std::swap(perm[static_cast<size_t>(t.axis)], perm.back());
  const ValueId from = reshape(c, count_up(c, t.inputs), {t.inputs, c.number(1)});
  const ValueId to = count_up(c, t.outputs);
  const ValueId length = c.sizes({t.length});
  const Attributes sign = {{"sign", t.inverse ? 1.0 : -1.0}};
  const ValueId turns = map(c, "(a * b) % n", {{"a", from}, {"b", to}, {"n", length}}, DType::i64);
  // Quarter and half turns are exactly 0, whatever pi is rounded to.
  const ValueId cosines =
      map(c, "4 * t % n == 0 && 2 * t % n != 0 ? 0.0 : cos(f32(t) * (2 * pi) / f32(n))",
          {{"t", turns}, {"n", length}}, work);
  const ValueId sines = map(c, "2 * t % n == 0 ? 0.0 : sign * sin(f32(t) * (2 * pi) / f32(n))",
                            {{"t", turns}, {"n", length}}, work, sign);
  const ValueId x = part(c, t, 0, perm, work);
  ValueId real = c.add("MatMul", {x, cosines});
  ValueId imaginary = t.to_real ? no_id : c.add("MatMul", {x, sines});
  if (is_complex) {
    const ValueId y = part(c, t, 1, perm, work);
    real = c.add("Sub", {real, c.add("MatMul", {y, sines})});
    if (!t.to_real) imaginary = c.add("Add", {imaginary, c.add("MatMul", {y, cosines})});
  }
  const auto finish = [&](ValueId value) {
    const ValueId scaled = t.inverse ? map(c, "x / f32(n)", {{"x", value}, {"n", length}}, dtype)
                                     : c.cast(value, dtype);
    return c.add("Unsqueeze", {transpose(c, scaled, perm), c.integers({rank})});
  };
  c.output(0, t.to_real ? finish(real)
                        : c.add("Concat", {finish(real), finish(imaginary)}, {{"axis", rank}}));
  return {};
}

}  // namespace

Op dft() {
  return {
      .name = "DFT",
      .doc =
          "The discrete Fourier transform along an axis; the last axis holds real and imaginary "
          "parts.",
      .inputs = {{"input", "float"},
                 {"dft_length", "i32|i64", optional_operand},
                 {"axis", "i64", optional_operand}},
      .outputs = {{"output", "float"}},
      .attributes = {{"inverse", 0}, {"onesided", 0}},
      .infer = infer,
      .shape_operands = {1, 2},
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 6, 1}}}, .attributes = {{"onesided", 1}}},
                  {.inputs = {{.dims = {2, 5, 2}}}, .attributes = {{"inverse", 1}}},
                  {.inputs = {{.dims = {2, 4, 2}}},
                   .attributes = {{"inverse", 1}, {"onesided", 1}}}},
  };
}

}  // namespace tenon::ops
