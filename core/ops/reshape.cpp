// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// 0 takes the input's size, one -1 what is left. Sizes that come from data may turn out to be
// either.
Result<std::vector<Expr>> resolve(InferContext& c, std::vector<Expr> sizes) {
  const bool allow_zero = c.integer("allowzero", 0) != 0;
  Expr rest;
  Expr taken = c.number(1);
  for (size_t i = 0; i < sizes.size(); ++i) {
    Expr& size = sizes[i];
    const bool open = !size.is_constant() && reads_data(c.graph(), size);
    const bool has_source = static_cast<int64_t>(i) < c.rank(0);
    if (!allow_zero && (open || (size.is_constant() && size.constant() == 0))) {
      if (!open && !has_source) return invalid("size 0 at axis {} that the input lacks", i);
      if (has_source) size = select(size == 0, c.dims(0)[i], size);
    }
    if (open) {
      taken = taken * select(size == -1, c.number(1), size);
    } else if (!size.is_constant() || size.constant() >= 0) {
      taken = taken * size;
    } else if (size.constant() != -1) {
      return invalid("size {} at axis {}", size.constant(), i);
    } else if (rest.valid()) {
      return invalid("more than one size is -1");
    } else {
      rest = size;
    }
  }
  const Expr left = c.elements(0) / taken;
  for (Expr& size : sizes) {
    if (size.is_constant()) {
      if (size.constant() == -1) size = left;
    } else if (reads_data(c.graph(), size)) {
      size = select(size == -1, left, size);
    }
  }
  return sizes;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(std::vector<Expr> sizes, c.values(1));
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, resolve(c, std::move(sizes)));
  TENON_TRY(c.require_equal(product(c, dims), c.elements(0), "elements before and after"));
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op reshape() {
  return {
      .name = "Reshape",
      .doc = "The same elements in other dims; 0 keeps a size, -1 takes what is left.",
      .inputs = {{"data"}, {"shape", "i32|i64"}},
      .outputs = {{"reshaped"}},
      .attributes = {{"allowzero", 0}},
      .infer = infer,
      .shape_operands = {1},
      .element = [](ElementContext& c) { return c.load_linear(0, c.pool().linear()); },
      .samples = {{.inputs = {{.dims = {2, 3, 4}},
                              {.dims = {3}, .dtype = DType::i64, .values = {0, -1, 2}}}}},
  };
}

}  // namespace tenon::ops
