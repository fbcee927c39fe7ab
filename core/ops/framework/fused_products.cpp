// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/fused_products.h"

#include "core/ops/framework/compose.h"
#include "core/ops/framework/products.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tenon::ops {
namespace {

// Permutation that makes matrices of an operand: the first axis may be that of rows, and rows and
// columns may be swapped.
std::vector<int64_t> turned(const NodeContext& c, std::string_view batch, std::string_view matrix,
                            int64_t rank) {
  std::vector<int64_t> perm(static_cast<size_t>(rank));
  std::iota(perm.begin(), perm.end(), int64_t{0});
  if (c.integer(batch, 0) != 0 && rank >= 3) {
    std::rotate(perm.begin(), perm.begin() + 1, perm.end() - 1);
  }
  if (c.integer(matrix, 0) != 0 && rank >= 2) {
    std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  }
  return perm;
}

std::vector<int64_t> turned_a(const NodeContext& c) {
  return turned(c, "transBatchA", "transA", c.rank(0));
}
std::vector<int64_t> turned_b(const NodeContext& c) {
  return turned(c, "transBatchB", "transB", c.rank(1));
}

ValueId turn(ExpandContext& c, size_t input, std::vector<int64_t> perm) {
  if (std::ranges::is_sorted(perm)) return c.input(input);
  return transpose(c, c.input(input), std::move(perm));
}

std::vector<Expr> picked(const std::vector<Expr>& dims, const std::vector<int64_t>& perm) {
  std::vector<Expr> result;
  for (const int64_t axis : perm) result.push_back(dims[static_cast<size_t>(axis)]);
  return result;
}

Status infer(InferContext& c) {
  const std::vector<Expr> a = picked(c.dims(0), turned_a(c));
  const std::vector<Expr> b = picked(c.dims(1), turned_b(c));
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, product_dims(c, a, b));
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const ValueId product = c.add("MatMul", {turn(c, 0, turned_a(c)), turn(c, 1, turned_b(c))});
  const double alpha = c.real("alpha", 1);
  c.output(0,
           alpha == 1 ? product : map(c, "alpha * y", {{"y", product}}, dtype, {{"alpha", alpha}}));
  return {};
}

}  // namespace

Op fused_product(std::string_view name) {
  return {
      .name = name,
      .domain = "com.microsoft",
      .doc = "alpha * a * b, the axes of a and b in another order if asked.",
      .inputs = {{"a", "float"}, {"b", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 1.0}, {"transA", 0}, {"transB", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 5}}, {.dims = {2, 4, 5}}},
                   .attributes = {{"transB", 1}, {"alpha", 0.5}}},
                  {.inputs = {{.dims = {3, 2, 5}}, {.dims = {2, 5, 4}}},
                   .attributes = {{"transBatchA", 1}}}},
  };
}

}  // namespace tenon::ops
