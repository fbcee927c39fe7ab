// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// One number, or one for each feature.
Status check_count(InferContext& c, std::string_view name) {
  const auto count = static_cast<int64_t>(c.reals(name, {}).size());
  if (count <= 1) return {};
  return c.require_equal(c.dim(0, -1), c.number(count), fmt::format("features and {}", name));
}

Status infer(InferContext& c) {
  if (c.rank(0) < 1) return invalid("features of rank 0, expected at least 1");
  TENON_TRY(check_count(c, "offset"));
  TENON_TRY(check_count(c, "scale"));
  c.output(0, DType::f32, c.dims(0));
  return {};
}

Status expand(ExpandContext& c) {
  const auto numbers = [&](std::string_view name, double otherwise) {
    const std::vector<double> given = c.reals(name, {});
    return given.empty() ? c.scalar(otherwise, DType::f32) : vector_constant(c, DType::f32, given);
  };
  c.output(0, map(c, "(x - offset) * scale",
                  {{"x", c.cast(c.input(0), wide(c.dtype(0)))},
                   {"offset", numbers("offset", 0)},
                   {"scale", numbers("scale", 1)}},
                  DType::f32));
  return {};
}

}  // namespace

Op scaler() {
  return {
      .name = "Scaler",
      .domain = "ai.onnx.ml",
      .doc = "Features moved by an offset, then scaled.",
      .inputs = {{"x", "f32|f64|i32|i64"}},
      .outputs = {{"y", "f32"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 2}}},
                   .attributes = {{"offset", std::vector<double>{0.5, -1}},
                                  {"scale", std::vector<double>{2, 0.25}}}},
                  {.inputs = {{.dims = {3, 2}, .dtype = DType::i64}},
                   .attributes = {{"scale", std::vector<double>{2}}}}},
  };
}

}  // namespace tenon::ops
