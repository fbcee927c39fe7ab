// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

std::vector<int64_t> permutation(const NodeContext& c) {
  std::vector<int64_t> reversed;
  for (int64_t axis = c.rank(0) - 1; axis >= 0; --axis) reversed.push_back(axis);
  return c.integers("perm", reversed);
}

Status infer(InferContext& c) {
  std::vector<int64_t> perm = permutation(c);
  std::vector<int64_t> sorted = perm;
  std::ranges::sort(sorted);
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<int64_t>(i)) return invalid("attribute perm is no permutation");
  }
  if (static_cast<int64_t>(perm.size()) != c.rank(0)) {
    return invalid("attribute perm has {} axes, the input {}", perm.size(), c.rank(0));
  }
  std::vector<Expr> dims;
  for (const int64_t axis : perm) dims.push_back(c.dim(0, axis));
  c.set("perm", std::move(perm));
  c.output(0, c.dtype(0), dims);
  return {};
}

Expr element(ElementContext& c) {
  const std::vector<int64_t> perm = permutation(c);
  Index index(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) {
    index[static_cast<size_t>(perm[i])] = c.coordinate(static_cast<int64_t>(i));
  }
  return c.load(0, index);
}

}  // namespace

Op transpose() {
  return {
      .name = "Transpose",
      .doc = "Axes in the order perm; reversed without it.",
      .inputs = {{"data"}},
      .outputs = {{"transposed"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {2, 3, 4}}}},
                  {.inputs = {{.dims = {2, 3, 4, 5}, .dtype = DType::f16}},
                   .attributes = {{"perm", std::vector<int64_t>{0, 2, 3, 1}}}}},
  };
}

}  // namespace tenon::ops
