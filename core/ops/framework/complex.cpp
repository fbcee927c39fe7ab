// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/complex.h"

#include "core/ops/framework/formula.h"

namespace tenon::ops {
namespace {

Expr part(ElementContext& c, size_t input, int64_t which) {
  Index index;
  const std::vector<Expr>& dims = c.dims(input);
  const auto rank = static_cast<int64_t>(dims.size());
  for (int64_t axis = 0; axis + 1 < rank; ++axis) {
    const Expr size = dims[static_cast<size_t>(axis)];
    const Expr place = c.coordinate(axis + c.output_rank() - rank);
    index.push_back(size.same(c.output_dim(axis + c.output_rank() - rank))
                        ? place
                        : select(size == 1, c.number(0), place));
  }
  index.push_back(c.number(which));
  return c.load(input, index);
}

template <Factor factor>
Expr element(ElementContext& c) {
  constexpr bool conjugate = factor == Factor::conjugated;
  const Names names = {
      {"a", part(c, 0, 0)}, {"b", part(c, 0, 1)}, {"x", part(c, 1, 0)}, {"y", part(c, 1, 1)}};
  const Expr is_real = c.coordinate(-1) == 0;
  return select(is_real, formula(c, conjugate ? "a * x + b * y" : "a * x - b * y", names),
                formula(c, conjugate ? "b * x - a * y" : "a * y + b * x", names));
}

}  // namespace

Op complex_product(std::string_view name, std::string_view doc, Factor factor) {
  return {
      .name = name,
      .domain = "com.microsoft",
      .doc = doc,
      .inputs = {{"a", "float"}, {"b", "float"}},
      .outputs = {{"c", "float"}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) < 1 || c.rank(1) < 1) return invalid("a scalar, expected pairs");
        TENON_TRY(c.require_equal(c.dim(0, -1), c.number(2), "parts of a number"));
        TENON_TRY(c.require_equal(c.dim(1, -1), c.number(2), "parts of a number"));
        return broadcast_inputs(c);
      },
      .element =
          factor == Factor::conjugated ? element<Factor::conjugated> : element<Factor::plain>,
      .samples = {{.inputs = {{.dims = {3, 4, 2}}, {.dims = {4, 2}}}}},
  };
}

}  // namespace tenon::ops
