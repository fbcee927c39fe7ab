// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/products.h"
#include "core/ops/op.h"

#include <numeric>
#include <utility>

namespace tenon::ops {
namespace {

// Permutation that swaps the last two axes if asked.
std::vector<int64_t> turned(const NodeContext& c, std::string_view attribute, int64_t rank) {
  std::vector<int64_t> perm(static_cast<size_t>(rank));
  std::iota(perm.begin(), perm.end(), int64_t{0});
  if (c.integer(attribute, 0) != 0 && rank >= 2)
    std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  return perm;
}

std::vector<Expr> picked(const std::vector<Expr>& dims, const std::vector<int64_t>& perm) {
  std::vector<Expr> result;
  for (const int64_t axis : perm) result.push_back(dims[static_cast<size_t>(axis)]);
  return result;
}

Status infer(InferContext& c) {
  if (c.integer("transBatchA", 0) != 0 || c.integer("transBatchB", 0) != 0) {
    return unsupported("transposed batch axes");
  }
  const std::vector<Expr> a = picked(c.dims(0), turned(c, "transA", c.rank(0)));
  const std::vector<Expr> b = picked(c.dims(1), turned(c, "transB", c.rank(1)));
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, product_dims(c, a, b));
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  ValueId a = c.input(0);
  ValueId b = c.input(1);
  if (c.integer("transA", 0) != 0) a = transpose(c, a, turned(c, "transA", c.rank(0)));
  if (c.integer("transB", 0) != 0) b = transpose(c, b, turned(c, "transB", c.rank(1)));
  const ValueId product = c.add("MatMul", {a, b});
  const double alpha = c.real("alpha", 1);
  c.output(0,
           alpha == 1 ? product : map(c, "alpha * y", {{"y", product}}, dtype, {{"alpha", alpha}}));
  return {};
}

}  // namespace

Op fused_mat_mul() {
  return {
      .name = "FusedMatMul",
      .domain = "com.microsoft",
      .doc = "alpha * a * b, the last two axes of a and b swapped if asked.",
      .inputs = {{"a", "float"}, {"b", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 1.0}, {"transA", 0}, {"transB", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 5}}, {.dims = {2, 4, 5}}},
                   .attributes = {{"transB", 1}, {"alpha", 0.5}}}},
  };
}

}  // namespace tenon::ops
