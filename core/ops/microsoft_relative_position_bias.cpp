// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

#include <cmath>

namespace tenon::ops {
namespace {

Result<std::vector<Expr>> lengths(const NodeContext& c) {
  std::vector<Expr> result;
  for (const size_t input : {size_t{1}, size_t{2}}) {
    TENON_TRY_ASSIGN(const std::vector<Expr> value, c.values(input));
    if (value.size() != 1)
      return invalid("input {} has {} elements, expected 1", input, value.size());
    result.push_back(value[0]);
  }
  return result;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> sizes, lengths(c));
  if (c.rank(0) != 2) return invalid("a table of rank {}, expected 2", c.rank(0));
  if (c.integer("max_distance", 0) < 1) {
    return invalid("attribute max_distance is {}", c.integer("max_distance", 0));
  }
  c.output(0, c.dtype(0), {c.number(1), c.dim(0, 1), sizes[0], sizes[1]});
  return {};
}

// Near distances have a bucket each, far ones share them by their logarithm.
Expr bucket(ElementContext& c, Expr distance, Expr buckets) {
  return formula(
      c,
      "n < near ? n : min(max(near + i64(log(f32(n) / f32(near)) / log(far / f32(near)) *"
      " f32(buckets - near)), 0), buckets - 1)",
      {{"n", distance},
       {"near", buckets / 2},
       {"far", c.real_number(static_cast<double>(c.integer("max_distance", 128)))},
       {"buckets", buckets}});
}

Expr element(ElementContext& c) {
  const Expr all = c.dim(0, 0);
  const Expr offset = c.coordinate(3) - c.coordinate(2);
  Expr place;
  if (c.integer("is_bidirectional", 0) != 0) {
    const Expr half = all / 2;
    place = bucket(c, maximum(offset, -offset), half) + select(offset > 0, half, c.number(0));
  } else {
    place = bucket(c, maximum(-offset, c.number(0)), all);
  }
  // The table lies in memory head by head.
  return c.load_linear(0, c.coordinate(1) * all + place);
}

}  // namespace

Op microsoft_relative_position_bias() {
  const SampleInput length = {.dims = {}, .dtype = DType::i64, .values = {7}};
  return {
      .name = "RelativePositionBias",
      .domain = "com.microsoft",
      .doc = "A bias for each pair of places, from a table over buckets of their distances.",
      .inputs = {{"bias_table", "float"}, {"query_length", "i64"}, {"key_length", "i64"}},
      .outputs = {{"output", "float"}},
      .infer = infer,
      .shape_operands = {1, 2},
      .element = element,
      .samples = {{.inputs = {{.dims = {8, 2}}, length, length},
                   .attributes = {{"max_distance", 5}, {"is_bidirectional", 1}}},
                  {.inputs = {{.dims = {8, 2}}, length, length},
                   .attributes = {{"max_distance", 6}}}},
  };
}

}  // namespace tenon::ops
