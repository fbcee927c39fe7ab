// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, cosines, sines };

Status infer(InferContext& c) {
  if (c.rank(x) != 3 || c.rank(cosines) != 2 || c.rank(sines) != 2) {
    return invalid("x, cosines and sines of rank {}, {} and {}, expected 3, 2 and 2", c.rank(x),
                   c.rank(cosines), c.rank(sines));
  }
  for (const size_t table : {cosines, sines}) {
    TENON_TRY(c.require_equal(c.dim(table, 0), c.dim(x, 0), "tokens of x and angles"));
  }
  TENON_TRY(c.require_equal(c.dim(cosines, 1), c.dim(sines, 1), "cosines and sines of a token"));
  TENON_TRY(c.require(c.dim(cosines, 1) * 2 <= c.dim(x, 2), "the pairs fit into a head"));
  c.output(0, c.dtype(x), c.dims(x));
  return {};
}

Status expand(ExpandContext& c) {
  const std::vector<ValueId> inputs = {c.input(x), c.input(cosines), c.input(sines)};
  c.output(0, c.add_many("Turn", inputs, c.node().attributes, 1, "tenon").front());
  return {};
}

}  // namespace

Op rotate() {
  const SampleInput heads = {.dims = {3, 2, 6}};
  return {
      .name = "Rotate",
      .domain = "tenon",
      .doc =
          "Rotary embedding of tokens in a row: pairs among the first numbers of each head of x "
          "[tokens, heads, size] turned by the angles of the token, whose cosines and sines are "
          "[tokens, pairs]. Numbers behind the pairs pass through.",
      .inputs = {{"x", "float"}, {"cosines", "float"}, {"sines", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"interleaved", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {heads, {.dims = {3, 3}}, {.dims = {3, 3}}}},
                  {.inputs = {heads, {.dims = {3, 2}}, {.dims = {3, 2}}},
                   .attributes = {{"interleaved", 1}}}},
  };
}

}  // namespace tenon::ops
