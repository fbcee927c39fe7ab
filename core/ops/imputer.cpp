// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"
#include "core/ops/op.h"

#include <cmath>

namespace tenon::ops {
namespace {

size_t replacements(const NodeContext& c) {
  return is_float(c.dtype(0)) ? c.reals("imputed_value_floats", {}).size()
                              : c.integers("imputed_value_int64s", {}).size();
}

Status infer(InferContext& c) {
  if (c.rank(0) < 1) return invalid("features of rank 0, expected at least 1");
  const auto count = static_cast<int64_t>(replacements(c));
  if (count == 0) {
    return invalid("attribute imputed_value_{} is missing",
                   is_float(c.dtype(0)) ? "floats" : "int64s");
  }
  if (count > 1) {
    TENON_TRY(c.require_equal(c.dim(0, -1), c.number(count), "features and imputed values"));
  }
  return same_as_input(c);
}

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const ValueId x = c.input(0);
  if (!is_float(dtype)) {
    const ValueId values = vector_constant(c, dtype, c.integers("imputed_value_int64s", {}));
    const ValueId missing =
        vector_constant(c, dtype, std::vector<int64_t>{c.integer("replaced_value_int64", 0)});
    c.output(0, map(c, "x == m ? v : x", {{"x", x}, {"m", missing}, {"v", values}}, dtype));
    return {};
  }
  const ValueId values = vector_constant(c, dtype, c.reals("imputed_value_floats", {}));
  const double missing = c.real("replaced_value_float", 0);
  if (std::isnan(missing)) {
    c.output(0, map(c, "isnan(x) ? v : x", {{"x", x}, {"v", values}}, dtype));
    return {};
  }
  const ValueId replaced = c.scalar(missing, dtype);
  c.output(0, map(c, "x == m ? v : x", {{"x", x}, {"m", replaced}, {"v", values}}, dtype));
  return {};
}

}  // namespace

Op imputer() {
  return {
      .name = "Imputer",
      .domain = "ai.onnx.ml",
      .doc = "Elements equal to one value, or NaN, replaced by others, given for each feature.",
      .inputs = {{"x", "f32|f64|i32|i64"}},
      .outputs = {{"y", "f32|f64|i32|i64"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 2}, .dtype = DType::i64}},
                   .attributes = {{"imputed_value_int64s", std::vector<int64_t>{7, 8}},
                                  {"replaced_value_int64", 1}}},
                  {.inputs = {{.dims = {3, 2}}},
                   .attributes = {{"imputed_value_floats", std::vector<double>{1.5}},
                                  {"replaced_value_float", std::nan("")}}}},
  };
}

}  // namespace tenon::ops
