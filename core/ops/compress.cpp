// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compact.h"
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(1) != 1) return invalid("a condition of rank {}, expected 1", c.rank(1));
  std::vector<Expr> dims = {c.elements(0)};
  size_t place = 0;
  if (c.has_attribute("axis")) {
    TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
    c.set("axis", axis);
    dims = c.dims(0);
    place = static_cast<size_t>(axis);
  }
  TENON_TRY(c.require(c.dim(1, 0) <= dims[place], "the condition is not longer than the axis"));
  dims[place] = c.found_size(1);
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const bool flat = !c.has_attribute("axis");
  const ValueId data = flat ? reshape(c, c.input(0), {c.elements(0)}) : c.input(0);
  const Found found = find_nonzero(c, c.input(1));
  const ValueId places = slice(c, found.positions, 0, c.number(0), c.found_size(1));
  c.output(0, c.add("Gather", {data, places}, {{"axis", flat ? 0 : c.integer("axis", 0)}}));
  c.output(1, found.count);
  return {};
}

}  // namespace

Op compress() {
  const SampleInput condition = {.dims = {4}, .dtype = DType::boolean, .values = {0, 1, 1, 0}};
  return {
      .name = "Compress",
      .doc = "The slices along an axis, or the elements, for which a condition holds.",
      .inputs = {{"input"}, {"condition", "bool"}},
      .outputs = {{"output"}, {"count", "i64", optional_operand}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}, condition}, .attributes = {{"axis", 1}}},
                  {.inputs = {{.dims = {2, 3}}, condition}}},
  };
}

}  // namespace tenon::ops
