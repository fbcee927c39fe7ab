// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

#include <array>

namespace tenon::ops {
namespace {

// What the 16 codes stand for, in shares of the greatest number of a block.
constexpr std::array<double, 16> float_codes = {
    0.0,  5.208333333e-03,  0.66666667,  1.0,  0.33333333,  0.5,  0.16666667,  0.25,
    -0.0, -5.208333333e-03, -0.66666667, -1.0, -0.33333333, -0.5, -0.16666667, -0.25};
constexpr std::array<double, 16> normal_codes = {-1.0,
                                                 -0.6961928009986877,
                                                 -0.5250730514526367,
                                                 -0.39491748809814453,
                                                 -0.28444138169288635,
                                                 -0.18477343022823334,
                                                 -0.09105003625154495,
                                                 0.0,
                                                 0.07958029955625534,
                                                 0.16093020141124725,
                                                 0.24611230194568634,
                                                 0.33791524171829224,
                                                 0.44070982933044434,
                                                 0.5626170039176941,
                                                 0.7229568362236023,
                                                 1.0};

Status infer(InferContext& c) {
  constexpr int64_t most = int64_t{1} << 31;
  const int64_t k = c.integer("K", 0);
  const int64_t n = c.integer("N", 0);
  const int64_t block = c.integer("block_size", 0);
  const int64_t kind = c.integer("quant_type", 1);
  if (k < 1 || n < 1 || k > most || n > most || block < 1 || kind < 0 || kind > 1) {
    return invalid("attributes K {}, N {}, block_size {} and quant_type {}", k, n, block, kind);
  }
  const Expr numbers = c.number(k) * n;
  TENON_TRY(c.require_equal(c.elements(0), ceil_div(numbers, c.number(2)), "packed bytes"));
  TENON_TRY(
      c.require_equal(c.elements(1), ceil_div(numbers, c.number(block)), "blocks and scales"));
  c.output(0, c.dtype(1), {c.number(n), c.number(k)});
  return {};
}

Expr element(ElementContext& c) {
  const Expr place = c.coordinate(0) * c.output_dim(1) + c.coordinate(1);
  // The first of two numbers is in the high bits.
  const Expr code = formula(c, "(byte >> (odd ? low : high)) & mask",
                            {{"byte", c.load_linear(0, place / 2)},
                             {"odd", place % 2 == 1},
                             {"low", c.pool().integer(0, Type::u32)},
                             {"high", c.pool().integer(4, Type::u32)},
                             {"mask", c.pool().integer(15, Type::u32)}});
  const Expr scale = c.load_linear(1, place / c.integer("block_size", 1));
  const std::array<double, 16>& codes =
      c.integer("quant_type", 1) == 0 ? float_codes : normal_codes;
  Expr value = c.real_number(codes[15], scale.type());
  for (int64_t i = 14; i >= 0; --i) {
    value = select(code == i, c.real_number(codes[static_cast<size_t>(i)], scale.type()), value);
  }
  return value * scale;
}

}  // namespace

Op dequantize_bnb4() {
  const Attributes sizes = {{"K", 16}, {"N", 3}, {"block_size", 16}};
  return {
      .name = "DequantizeBnb4",
      .doc = "The matrix [N, K] that MatMulBnb4 holds in 4-bit floats or normal floats.",
      .inputs = {{"b", "u8"}, {"absmax", "float"}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {24}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {3}}},
                   .attributes = sizes}},
  };
}

}  // namespace tenon::ops
