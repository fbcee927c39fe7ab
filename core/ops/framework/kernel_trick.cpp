// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/kernel_trick.h"

#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"

namespace tenon::ops {
namespace {

// Through differences and not through products, which would cancel.
ValueId radial(ExpandContext& c, ValueId x, const std::vector<double>& support, int64_t vectors,
               double gamma) {
  const DType dtype = c.dtype_of(x);
  const std::vector<Expr> dims = c.dims_of(x);
  const int64_t features = static_cast<int64_t>(support.size()) / vectors;
  const ValueId rows = reshape(c, x, {dims[0], c.number(1), dims[1]});
  const ValueId v = constant(c, dtype, {1, vectors, features}, support);
  const ValueId squares = map(c, "(x - v) * (x - v)", {{"x", rows}, {"v", v}}, dtype);
  return map(c, "exp(-gamma * d)", {{"d", reduce_away(c, "sum", squares, {2})}}, dtype,
             {{"gamma", gamma}});
}

}  // namespace

Status check_support(InferContext& c, int64_t vectors) {
  const std::string kind = c.text("kernel_type", "LINEAR");
  if (kind != "LINEAR" && kind != "POLY" && kind != "RBF" && kind != "SIGMOID") {
    return invalid("attribute kernel_type is \"{}\", expected LINEAR, POLY, RBF or SIGMOID", kind);
  }
  const size_t parameters = c.reals("kernel_params", {}).size();
  if (kind != "LINEAR" && parameters != 3) {
    return invalid("{} kernel_params, expected gamma, coef0 and degree", parameters);
  }
  const auto numbers = static_cast<int64_t>(c.reals("support_vectors", {}).size());
  if (numbers == 0 || numbers % vectors != 0) {
    return invalid("{} numbers for {} support vectors", numbers, vectors);
  }
  return c.require_equal(c.dim(0, -1), c.number(numbers / vectors), "features and support vectors");
}

ValueId support_kernel(ExpandContext& c, ValueId x, int64_t vectors) {
  const std::string kind = c.text("kernel_type", "LINEAR");
  const std::vector<double> support = c.reals("support_vectors", {});
  std::vector<double> parameters = c.reals("kernel_params", {});
  parameters.resize(3);
  if (kind == "RBF") return radial(c, x, support, vectors, parameters[0]);
  const DType dtype = c.dtype_of(x);
  const int64_t features = static_cast<int64_t>(support.size()) / vectors;
  const ValueId v = transpose(c, constant(c, dtype, {vectors, features}, support), {1, 0});
  const ValueId products = c.add("MatMul", {x, v});
  const Attributes numbers = {
      {"gamma", parameters[0]}, {"offset", parameters[1]}, {"degree", parameters[2]}};
  if (kind == "POLY") {
    return map(c, "(gamma * d + offset) ** degree", {{"d", products}}, dtype, numbers);
  }
  if (kind == "SIGMOID")
    return map(c, "tanh(gamma * d + offset)", {{"d", products}}, dtype, numbers);
  return products;
}

}  // namespace tenon::ops
