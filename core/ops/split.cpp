// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// Sizes of the parts: as given, or as equal as can be with the last one smaller.
Result<std::vector<Expr>> parts(const NodeContext& c, Expr extent) {
  const size_t count = c.outputs();
  if (c.has(1)) {
    TENON_TRY_ASSIGN(std::vector<Expr> sizes, c.values(1));
    if (sizes.size() != count) {
      return invalid("{} sizes for {} outputs", sizes.size(), count);
    }
    return sizes;
  }
  const auto number = static_cast<int64_t>(count);
  const Expr most = ceil_div(extent, c.number(number));
  std::vector<Expr> sizes(count - 1, most);
  sizes.push_back(extent - most * (number - 1));
  return sizes;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
  c.set("axis", axis);
  if (c.outputs() == 0) return invalid("no outputs, expected at least one");
  TENON_TRY_ASSIGN(const std::vector<Expr> sizes, parts(c, c.dim(0, axis)));
  Expr total = c.number(0);
  for (size_t i = 0; i < sizes.size(); ++i) {
    std::vector<Expr> dims = c.dims(0);
    dims[static_cast<size_t>(axis)] = sizes[i];
    TENON_TRY(c.require(sizes[i] >= 0, "no part has a negative size"));
    if (c.wants(i)) c.output(i, c.dtype(0), dims);
    total = total + sizes[i];
  }
  return c.require_equal(total, c.dim(0, axis), "the sizes of all parts and the split axis");
}

Expr element(ElementContext& c) {
  const int64_t axis = c.integer("axis", 0);
  const Result<std::vector<Expr>> sizes = parts(c, c.dim(0, axis));
  if (!sizes.ok()) return c.fail(sizes.status());
  Index index = c.output_index();
  Expr& place = index[static_cast<size_t>(axis)];
  for (size_t i = 0; i < c.output(); ++i) place = place + (*sizes)[i];
  return c.load(0, index);
}

}  // namespace

Op split() {
  return {
      .name = "Split",
      .doc = "Parts of the input along an axis, of the given sizes or of equal ones.",
      .inputs = {{"input"}, {"split", "i64", optional_operand}},
      .outputs = {{"outputs", "any", variadic_operand}},
      .attributes = {{"axis", 0}},
      .infer = infer,
      .shape_operands = {1},
      .element = element,
      .samples = {{.inputs = {{.dims = {7, 2}}}, .outputs = 3},
                  {.inputs = {{.dims = {2, 6}},
                              {.dims = {2}, .dtype = DType::i64, .values = {2, 4}}},
                   .attributes = {{"axis", 1}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
