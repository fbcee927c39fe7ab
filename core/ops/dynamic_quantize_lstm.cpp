// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, w, r, b, lens, h, c0, p, w_scale, w_zero, r_scale, r_zero, input_count };

Status infer(InferContext& c) {
  if (c.rank(x) != 3 || c.rank(r) != 3) {
    return invalid("x has rank {}, r {}, expected 3", c.rank(x), c.rank(r));
  }
  const Expr steps = c.dim(x, 0), batch = c.dim(x, 1), directions = c.dim(r, 0), size = c.dim(r, 1);
  c.output(0, DType::f32, {steps, directions, batch, size});
  c.output(1, DType::f32, {directions, batch, size});
  c.output(2, DType::f32, {directions, batch, size});
  return {};
}

// [directions, 4 * size, from] of 8-bit weights stored the other way round; one scale a direction
// or one a column.
ValueId weights(ExpandContext& c, size_t codes, size_t scale, size_t zero) {
  const auto across = [&](size_t i) {
    const bool each = c.rank(i) == 2;
    std::vector<Expr> sizes = {c.dim(i, 0), c.number(1), each ? c.dim(i, 1) : c.number(1)};
    return c.add("Reshape", {c.input(i), c.sizes(sizes)});
  };
  const ValueId centred =
      c.add("Sub", {c.cast(c.input(codes), DType::f32), c.cast(across(zero), DType::f32)});
  const ValueId scaled = c.add("Mul", {centred, across(scale)});
  return c.add("Transpose", {scaled}, {{"perm", std::vector<int64_t>{0, 2, 1}}});
}

// The input as 8 bits hold it, with one scale for all of it.
ValueId rounded(ExpandContext& c) {
  const ValueId input[] = {c.input(x)};
  const auto codes = c.add_many("DynamicQuantizeLinear", input, {}, 3);
  return c.add("DequantizeLinear", {codes[0], codes[1], codes[2]});
}

Status expand(ExpandContext& c) {
  const ValueId inputs[] = {rounded(c),
                            weights(c, w, w_scale, w_zero),
                            weights(c, r, r_scale, r_zero),
                            c.input(b),
                            c.input(lens),
                            c.input(h),
                            c.input(c0),
                            c.input(p)};
  Attributes attributes = c.node().attributes;
  attributes["state_bits"] = int64_t{8};
  const auto made = c.add_many("LSTM", inputs, std::move(attributes), 3);
  for (size_t k = 0; k < c.outputs() && k < made.size(); ++k) c.output(k, made[k]);
  return {};
}

}  // namespace

Op dynamic_quantize_lstm() {
  return {
      .name = "DynamicQuantizeLSTM",
      .domain = "com.microsoft",
      .doc =
          "LSTM whose products take 8-bit numbers: weights as stored, the input and at each step "
          "the state as 8 bits hold them.",
      .inputs = {{"x", "f32"},
                 {"w", "i8|u8"},
                 {"r", "i8|u8"},
                 {"b", "f32", optional_operand},
                 {"sequence_lens", "i32", optional_operand},
                 {"initial_h", "f32", optional_operand},
                 {"initial_c", "f32", optional_operand},
                 {"p", "f32", optional_operand},
                 {"w_scale", "f32"},
                 {"w_zero_point", "i8|u8"},
                 {"r_scale", "f32"},
                 {"r_zero_point", "i8|u8"}},
      .outputs = {{"y", "f32", optional_operand},
                  {"y_h", "f32", optional_operand},
                  {"y_c", "f32", optional_operand}},
      .attributes = {{"direction", "forward"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 2, 3}},
                              {.dims = {1, 3, 8}, .dtype = DType::i8, .low = -100, .high = 100},
                              {.dims = {1, 2, 8}, .dtype = DType::i8, .low = -100, .high = 100},
                              {.omitted = true},
                              {.omitted = true},
                              {.omitted = true},
                              {.omitted = true},
                              {.omitted = true},
                              {.dims = {1}, .values = {0.01}},
                              {.dims = {1}, .dtype = DType::i8, .values = {3}},
                              {.dims = {1, 8}, .low = 0.005, .high = 0.02},
                              {.dims = {1, 8}, .dtype = DType::i8, .low = -4, .high = 4}},
                   .attributes = {{"hidden_size", 2}},
                   .outputs = 3}},
  };
}

}  // namespace tenon::ops
