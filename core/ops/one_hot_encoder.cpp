// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/mapping.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.has_attribute("cats_strings")) return unsupported("categories are strings");
  const auto count = static_cast<int64_t>(c.integers("cats_int64s", {}).size());
  if (count == 0) return invalid("attribute cats_int64s is missing");
  std::vector<Expr> dims = c.dims(0);
  dims.push_back(c.number(count));
  c.output(0, DType::f32, dims);
  return {};
}

Status expand(ExpandContext& c) {
  const std::vector<int64_t> categories = c.integers("cats_int64s", {});
  const ValueId place = place_of(c, c.cast(c.input(0), DType::i64), categories);
  std::vector<Expr> dims = c.dims(0);
  dims.push_back(c.number(1));
  const ValueId columns = count_up(c, c.number(static_cast<int64_t>(categories.size())));
  c.output(0, map(c, "place == column ? 1 : 0",
                  {{"place", reshape(c, place, dims)}, {"column", columns}}, DType::f32));
  return {};
}

}  // namespace

Op one_hot_encoder() {
  return {
      .name = "OneHotEncoder",
      .domain = "ai.onnx.ml",
      .doc =
          "A new last axis that holds 1 at the element's category; all zeros for an element that "
          "is no category, whatever attribute zeros says.",
      .inputs = {{"x"}},
      .outputs = {{"y", "f32"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}, .dtype = DType::i64}},
                   .attributes = {{"cats_int64s", std::vector<int64_t>{1, -2, 0}}}}},
  };
}

}  // namespace tenon::ops
