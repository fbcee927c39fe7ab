// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
  c.set("axis", axis);
  std::vector<Expr> dims = c.dims(0);
  dims.erase(dims.begin() + axis);
  const std::vector<Expr>& indices = c.dims(1);
  dims.insert(dims.begin() + axis, indices.begin(), indices.end());
  c.output(0, c.dtype(0), dims);
  return {};
}

Expr element(ElementContext& c) {
  const int64_t axis = c.integer("axis", 0);
  Index index = c.output_index();
  const auto begin = index.begin() + axis;
  const auto end = begin + c.rank(1);
  const Expr place = wrap_index(as_index(c.load(1, {begin, end})), c.dim(0, axis));
  index.insert(index.erase(begin, end), place);
  return c.load(0, index);
}

}  // namespace

Op gather() {
  return {
      .name = "Gather",
      .doc = "Slices of the data along an axis, at the indices.",
      .inputs = {{"data"}, {"indices", "i32|i64"}},
      .outputs = {{"output"}},
      .attributes = {{"axis", 0}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {5, 3}},
                              {.dims = {2, 2}, .dtype = DType::i64, .values = {0, 4, -1, 2}}}},
                  {.inputs = {{.dims = {2, 5}}, {.dims = {}, .dtype = DType::i32, .values = {3}}},
                   .attributes = {{"axis", 1}}}},
  };
}

}  // namespace tenon::ops
