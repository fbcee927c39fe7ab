// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/mapping.h"
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

size_t category_count(const NodeContext& c) {
  return std::max(c.integers("cats_int64s", {}).size(), c.texts("cats_strings").size());
}

Status infer(InferContext& c) {
  const bool words = c.has_attribute("cats_strings") && !c.texts("cats_strings").empty();
  const auto count = static_cast<int64_t>(category_count(c));
  if (count == 0) return invalid("one of cats_int64s and cats_strings is expected");
  if (words != (c.dtype(0) == DType::string)) {
    return invalid("categories are {} for elements of type {}", words ? "texts" : "integers",
                   name_of(c.dtype(0)));
  }
  std::vector<Expr> dims = c.dims(0);
  dims.push_back(c.number(count));
  c.output(0, DType::f32, dims);
  return {};
}

Status expand(ExpandContext& c) {
  const auto count = static_cast<int64_t>(category_count(c));
  ValueId place = c.dtype(0) == DType::string
                      ? place_of(c, c.input(0), c.texts("cats_strings"))
                      : place_of(c, c.cast(c.input(0), DType::i64), c.integers("cats_int64s", {}));
  if (c.integer("zeros", 1) == 0) {
    place = c.add_many("KnownPlaces", {&place, 1}, {{"count", count}}, 1, "tenon").front();
  }
  std::vector<Expr> dims = c.dims(0);
  dims.push_back(c.number(1));
  const ValueId columns = count_up(c, c.number(count));
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
          "A new last axis that holds 1 at the element's category. An element that is no category "
          "gives zeros, or a failure where attribute zeros is 0.",
      .inputs = {{"x"}},
      .outputs = {{"y", "f32"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}, .dtype = DType::i64}},
                   .attributes = {{"cats_int64s", std::vector<int64_t>{1, -2, 0}}}}},
  };
}

}  // namespace tenon::ops
