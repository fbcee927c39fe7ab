// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) < 1) return invalid("data of rank 0, expected at least 1");
  std::vector<Expr> dims = c.dims(0);
  if (dims.size() == 1) dims.insert(dims.begin(), c.number(1));
  dims.back() = c.elements(1);
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId x =
      c.rank(0) == 1 ? reshape(c, c.input(0), {c.number(1), c.dim(0, 0)}) : c.input(0);
  const ValueId indices = reshape(c, c.input(1), {c.elements(1)});
  c.output(0, c.add("Gather", {x, indices}, {{"axis", std::max<int64_t>(c.rank(0), 2) - 1}}));
  return {};
}

}  // namespace

Op array_feature_extractor() {
  return {
      .name = "ArrayFeatureExtractor",
      .domain = "ai.onnx.ml",
      .doc = "The columns at the indices; a single row stays a row.",
      .inputs = {{"x"}, {"y", "i64"}},
      .outputs = {{"z"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}},
                              {.dims = {2}, .dtype = DType::i64, .values = {3, 0}}}},
                  {.inputs = {{.dims = {4}}, {.dims = {1}, .dtype = DType::i64, .values = {2}}}}},
  };
}

}  // namespace tenon::ops
