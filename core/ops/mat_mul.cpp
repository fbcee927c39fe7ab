// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {

namespace {

// numpy.matmul: leading axes broadcast; a vector is a row on the left, a column on the right.
Status infer(InferContext& c) {
  std::vector<Expr> a = c.dims(0);
  std::vector<Expr> b = c.dims(1);
  if (a.empty() || b.empty()) return invalid("a scalar operand, expected rank 1 or more");
  if (c.dtype(0) != c.dtype(1)) {
    return invalid("{} times {}, expected one type", name_of(c.dtype(0)), name_of(c.dtype(1)));
  }
  const bool row = a.size() == 1;
  const bool column = b.size() == 1;
  if (row) a.insert(a.begin(), c.number(1));
  if (column) b.push_back(c.number(1));
  TENON_TRY(c.require_equal(a.back(), b[b.size() - 2], "columns of a and rows of b"));
  TENON_TRY_ASSIGN(std::vector<Expr> dims,
                   c.broadcast({a.begin(), a.end() - 2}, {b.begin(), b.end() - 2}));
  if (!row) dims.push_back(a[a.size() - 2]);
  if (!column) dims.push_back(b.back());
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op mat_mul() {
  return {
      .name = "MatMul",
      .doc = "Matrix product over the last two axes; leading axes broadcast.",
      .inputs = {{"a", "numeric"}, {"b", "numeric"}},
      .outputs = {{"y", "numeric"}},
      .infer = infer,
      .primitive = true,
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {5, 4}}}},
                  {.inputs = {{.dims = {2, 1, 3, 5}}, {.dims = {3, 5, 4}}}},
                  {.inputs = {{.dims = {5}}, {.dims = {2, 5, 4}}}},
                  {.inputs = {{.dims = {3, 5}, .dtype = DType::i32, .low = -9, .high = 9},
                              {.dims = {5}, .dtype = DType::i32, .low = -9, .high = 9}}}},
  };
}

}  // namespace tenon::ops
