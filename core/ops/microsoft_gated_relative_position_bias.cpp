// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/attend.h"
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { query, query_bias, distances, weight, bias, eco, offsets };

Status infer(InferContext& c) {
  if (c.has(offsets)) return unsupported("queries without padding (token_offset)");
  TENON_TRY_ASSIGN(const int64_t heads, head_count(c, "num_heads"));
  if (c.rank(query) != 3 || c.rank(weight) != 2 || c.rank(distances) != 4) {
    return invalid("query, weight and distances of rank {}, {} and {}, expected 3, 2 and 4",
                   c.rank(query), c.rank(weight), c.rank(distances));
  }
  const Expr length = c.dim(query, 1);
  c.output(0, c.dtype(query), {c.dim(query, 0), c.number(heads), length, length});
  return {};
}

Status expand(ExpandContext& c) {
  const Expr heads = c.number(c.integer("num_heads", 1));
  const Expr width = c.dim(weight, 1);
  const ValueId sum = c.add("Add", {c.input(query), c.input(query_bias)});
  const ValueId q = split_heads(c, sum, heads);
  const ValueId gates = c.add("Add", {c.add("MatMul", {q, c.input(weight)}), c.input(bias)});
  const ValueId pairs =
      reshape(c, gates, {c.dim(query, 0), heads, c.dim(query, 1), c.number(2), width / 2});
  const ValueId open =
      map(c, "1 / (1 + exp(-x))", {{"x", reduce_away(c, "sum", pairs, {4})}}, wide(c.dtype(query)));
  const Expr one = c.number(1);
  const ValueId u = slice(c, open, 3, c.number(0), one);
  const ValueId r = slice(c, open, 3, one, c.number(2));
  c.output(
      0, map(c, "(u * (r * a - 1) + 2) * d",
             {{"u", u}, {"r", r}, {"a", c.input(eco)}, {"d", c.input(distances)}}, c.dtype(query)));
  return {};
}

}  // namespace

Op microsoft_gated_relative_position_bias() {
  return {
      .name = "GatedRelativePositionBias",
      .domain = "com.microsoft",
      .doc = "A bias for each pair of places, weighed by gates that the queries open.",
      .inputs = {{"query_layer", "float"},
                 {"query_bias", "float"},
                 {"rel_pos", "float"},
                 {"weight", "float"},
                 {"bias", "float"},
                 {"eco_a", "float"},
                 {"token_offset", "i32", optional_operand}},
      .outputs = {{"output", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 8}},
                              {.dims = {8}},
                              {.dims = {1, 2, 3, 3}},
                              {.dims = {4, 6}},
                              {.dims = {6}},
                              {.dims = {1, 2, 1, 1}}},
                   .attributes = {{"num_heads", 2}}}},
  };
}

}  // namespace tenon::ops
