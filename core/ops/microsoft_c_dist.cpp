// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

#include <string>

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const std::string metric = c.text("metric", "sqeuclidean");
  if (metric != "sqeuclidean" && metric != "euclidean") {
    return unsupported("metric \"{}\", known are euclidean, sqeuclidean", metric);
  }
  if (c.rank(0) != 2 || c.rank(1) != 2) {
    return invalid("operands of rank {} and {}, expected matrices", c.rank(0), c.rank(1));
  }
  TENON_TRY(c.require_equal(c.dim(0, 1), c.dim(1, 1), "numbers of a point"));
  c.output(0, c.dtype(0), {c.dim(0, 0), c.dim(1, 0)});
  return {};
}

Status expand(ExpandContext& c) {
  const DType work = wide(c.dtype(0));
  const ValueId first = reshape(c, c.input(0), {c.dim(0, 0), c.number(1), c.dim(0, 1)});
  const ValueId square = map(c, "(a - b) * (a - b)", {{"a", first}, {"b", c.input(1)}}, work);
  const ValueId sum = reduce_away(c, "sum", square, {2});
  const bool root = c.text("metric", "sqeuclidean") == "euclidean";
  c.output(0, map(c, root ? "sqrt(s)" : "s", {{"s", sum}}, c.dtype(0)));
  return {};
}

}  // namespace

Op microsoft_c_dist() {
  return {
      .name = "CDist",
      .domain = "com.microsoft",
      .doc = "Distances between each two of two sets of points.",
      .inputs = {{"a", "float"}, {"b", "float"}},
      .outputs = {{"c", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}}, {.dims = {5, 4}}},
                   .attributes = {{"metric", std::string("euclidean")}}}},
  };
}

}  // namespace tenon::ops
