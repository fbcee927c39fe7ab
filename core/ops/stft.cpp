// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

struct Frames {
  Expr step, length, count;
};

Result<Frames> frames(const NodeContext& c) {
  if (c.rank(0) != 3 && c.rank(0) != 2) {
    return invalid("a signal of rank {}, expected [batch, length, 1 or 2]", c.rank(0));
  }
  TENON_TRY_ASSIGN(const std::vector<Expr> step, c.values(1));
  TENON_TRY_ASSIGN(const std::vector<Expr> length, c.values(3));
  if (step.size() != 1) return invalid("{} steps, expected 1", step.size());
  Frames f;
  f.step = step[0];
  if (!length.empty()) {
    f.length = length[0];
  } else if (c.has(2)) {
    f.length = c.dim(2, 0);
  } else {
    return invalid("neither a window nor the length of a frame");
  }
  f.count = floor_div(c.dim(0, 1) - f.length, f.step) + 1;
  return f;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Frames f, frames(c));
  const bool onesided = c.integer("onesided", 1) != 0;
  const Expr outputs = onesided ? floor_div(f.length, c.number(2)) + 1 : f.length;
  c.output(0, c.dtype(0), {c.dim(0, 0), f.count, outputs, c.number(2)});
  return {};
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Frames f, frames(c));
  const DType dtype = c.dtype(0);
  const int64_t onesided = c.integer("onesided", 1);
  const ValueId first = reshape(c, count_up(c, f.count), {f.count, c.number(1)});
  const ValueId places =
      map(c, "f * step + i",
          {{"f", first}, {"step", c.sizes({f.step})}, {"i", count_up(c, f.length)}}, DType::i64);
  // Some exporters leave out the last axis of a real signal.
  const ValueId signal = c.rank(0) == 3
                             ? c.input(0)
                             : reshape(c, c.input(0), {c.dim(0, 0), c.dim(0, 1), c.number(1)});
  ValueId cut = c.add("Gather", {signal, places}, {{"axis", 1}});
  if (c.has(2)) {
    const ValueId weights = reshape(c, c.input(2), {f.length, c.number(1)});
    cut = map(c, "x * w", {{"x", cut}, {"w", weights}}, dtype);
  }
  c.output(0, c.add("DFT", {cut, no_id, c.add("Squeeze", {c.integers({2}), c.integers({0})})},
                    {{"onesided", onesided}}));
  return {};
}

}  // namespace

Op stft() {
  return {
      .name = "STFT",
      .doc = "Fourier transforms of windowed frames of a signal.",
      .inputs = {{"signal", "float"},
                 {"frame_step", "i32|i64"},
                 {"window", "float", optional_operand},
                 {"frame_length", "i32|i64", optional_operand}},
      .outputs = {{"output", "float"}},
      .attributes = {{"onesided", 1}},
      .infer = infer,
      .shape_operands = {1, 3},
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 16, 1}},
                              {.dims = {}, .dtype = DType::i64, .values = {4}},
                              {.dims = {8}}}}},
  };
}

}  // namespace tenon::ops
