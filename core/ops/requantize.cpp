// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, x_scale, x_zero, y_scale, y_zero };

Status expand(ExpandContext& c) {
  const ValueId number = c.add("DequantizeLinear", {c.input(x), c.input(x_scale), c.input(x_zero)});
  c.output(0, c.add("QuantizeLinear", {number, c.input(y_scale), c.input(y_zero)}));
  return {};
}

}  // namespace

Op requantize() {
  const SampleInput codes = {.dims = {3, 5}, .dtype = DType::u8, .low = 0, .high = 255};
  return {
      .name = "Requantize",
      .domain = "tenon",
      .doc = "Codes with another scale and zero point. What the pass quantize_early leaves behind.",
      .inputs = {{"x", "i8|u8"},
                 {"x_scale", "f32"},
                 {"x_zero_point", "i8|u8"},
                 {"y_scale", "f32"},
                 {"y_zero_point", "i8|u8"}},
      .outputs = {{"y", "i8|u8"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, c.dtype(y_zero), c.dims(x));
        return {};
      },
      .expand = expand,
      .samples = {{.inputs = {codes,
                              {.dims = {}, .values = {0.5}},
                              {.dims = {}, .dtype = DType::u8, .values = {3}},
                              {.dims = {}, .values = {0.3}},
                              {.dims = {}, .dtype = DType::i8, .values = {-5}}}}},
  };
}

}  // namespace tenon::ops
