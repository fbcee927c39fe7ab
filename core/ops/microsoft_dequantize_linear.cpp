// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_dequantize_linear() {
  return {
      .name = "DequantizeLinear",
      .domain = "com.microsoft",
      .doc = "As ONNX's operator, for types that it did not always have.",
      .inputs = {{"x", "integer"}, {"scale", "float"}, {"zero_point", "integer", optional_operand}},
      .outputs = {{"y", "float"}},
      .attributes = {{"axis", 1}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, c.dtype(1), c.dims(0));
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        c.output(0, c.add("DequantizeLinear", {c.input(0), c.input(1), c.input(2)},
                          c.node().attributes));
        return {};
      },
      .samples = {{.inputs = {{.dims = {3, 5}, .dtype = DType::u16, .low = 0, .high = 999},
                              {.dims = {}, .values = {0.05}},
                              {.dims = {}, .dtype = DType::u16, .values = {128}}}}},
  };
}

}  // namespace tenon::ops
