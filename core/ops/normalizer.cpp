// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) < 1) return invalid("features of rank 0, expected at least 1");
  const std::string norm = c.text("norm", "MAX");
  if (norm != "MAX" && norm != "L1" && norm != "L2") {
    return invalid("attribute norm is \"{}\", expected MAX, L1 or L2", norm);
  }
  c.output(0, DType::f32, c.dims(0));
  return {};
}

// Rows of zeros stay as they are. MAX divides by the greatest element, not by the greatest size.
Status expand(ExpandContext& c) {
  const DType dtype = wide(c.dtype(0));
  const std::string norm = c.text("norm", "MAX");
  const int64_t axis = c.rank(0) - 1;
  const ValueId x = c.cast(c.input(0), dtype);
  ValueId size = no_id;
  if (norm == "MAX") {
    size = reduce(c, "max", x, {axis});
  } else if (norm == "L1") {
    size = reduce(c, "sum", map(c, "abs(x)", {{"x", x}}, dtype), {axis});
  } else {
    const ValueId sum = reduce(c, "sum", map(c, "x * x", {{"x", x}}, dtype), {axis});
    size = map(c, "sqrt(s)", {{"s", sum}}, dtype);
  }
  c.output(0, map(c, "s == 0 ? x : x / s", {{"x", x}, {"s", size}}, DType::f32));
  return {};
}

}  // namespace

Op normalizer() {
  return {
      .name = "Normalizer",
      .domain = "ai.onnx.ml",
      .doc = "Rows divided by their greatest element, by their L1 or by their L2 norm.",
      .inputs = {{"x", "f32|f64|i32|i64"}},
      .outputs = {{"y", "f32"}},
      .attributes = {{"norm", "MAX"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}, .low = 0.1}}},
                  {.inputs = {{.dims = {3, 5}}}, .attributes = {{"norm", "L1"}}},
                  {.inputs = {{.dims = {3, 5}}}, .attributes = {{"norm", "L2"}}}},
  };
}

}  // namespace tenon::ops
