// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/random.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { bands, length, rate, lowest, highest };

Result<Expr> number(const NodeContext& c, size_t input) {
  TENON_TRY_ASSIGN(const std::vector<Expr> values, c.values(input));
  if (values.size() != 1)
    return invalid("input {} has {} elements, expected 1", input, values.size());
  return values[0];
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Expr columns, number(c, bands));
  TENON_TRY_ASSIGN(const Expr points, number(c, length));
  for (const size_t input : {rate, lowest, highest}) TENON_TRY(number(c, input).status());
  TENON_TRY_ASSIGN(const DType dtype, wanted_type(c, "output_datatype", DType::f32));
  c.output(0, dtype, {floor_div(points, c.number(2)) + 1, columns});
  return {};
}

// The point of the spectrum at which band `band` begins, as an f32.
Result<Expr> edge(ElementContext& c, Expr band) {
  const auto real = [&](Expr x) { return c.pool().cast(x, Type::f32); };
  TENON_TRY_ASSIGN(const Expr columns, number(c, bands));
  TENON_TRY_ASSIGN(const Expr points, number(c, length));
  TENON_TRY_ASSIGN(const Expr samples, number(c, rate));
  TENON_TRY_ASSIGN(const Expr low, number(c, lowest));
  TENON_TRY_ASSIGN(const Expr high, number(c, highest));
  // Bands are as wide as each other on the mel scale, 2595 * log10(1 + f / 700); its factor drops
  // out.
  const Expr from = formula(c, "log(1 + f / 700)", {{"f", real(low)}});
  const Expr to = formula(c, "log(1 + f / 700)", {{"f", real(high)}});
  return formula(c, "floor((n + 1) * (700 * (exp(from + k * (to - from) / (m + 2)) - 1)) / rate)",
                 {{"n", real(points)},
                  {"from", from},
                  {"to", to},
                  {"k", real(band)},
                  {"m", real(columns)},
                  {"rate", real(samples)}});
}

// A triangle over the points from one edge by the next to the one after.
Expr element(ElementContext& c) {
  const Expr band = c.coordinate(1);
  const Result<Expr> begin = edge(c, band);
  const Result<Expr> middle = edge(c, band + 1);
  const Result<Expr> end = edge(c, band + 2);
  for (const Result<Expr>* each : {&begin, &middle, &end}) {
    if (!each->ok()) return c.fail(each->status());
  }
  return formula(c,
                 "j < middle ? (j >= begin ? (j - begin) / (middle - begin) : 0)"
                 " : j == middle ? 1 : (j < end ? (end - j) / (end - middle) : 0)",
                 {{"j", c.pool().cast(c.coordinate(0), Type::f32)},
                  {"begin", *begin},
                  {"middle", *middle},
                  {"end", *end}});
}

}  // namespace

Op mel_weight_matrix() {
  const auto integer = [](double value) {
    return SampleInput{.dims = {}, .dtype = DType::i64, .values = {value}};
  };
  return {
      .name = "MelWeightMatrix",
      .doc = "The matrix that gathers the points of a spectrum in bands of the mel scale.",
      .inputs = {{"num_mel_bins", "i32|i64"},
                 {"dft_length", "i32|i64"},
                 {"sample_rate", "i32|i64"},
                 {"lower_edge_hertz", "float"},
                 {"upper_edge_hertz", "float"}},
      .outputs = {{"output", "numeric"}},
      .infer = infer,
      .shape_operands = {0, 1, 2, 3, 4},
      .element = element,
      .samples = {{.inputs = {integer(8),
                              integer(16),
                              integer(8192),
                              {.dims = {}, .values = {0}},
                              {.dims = {}, .values = {4096}}}}},
  };
}

}  // namespace tenon::ops
