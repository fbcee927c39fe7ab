// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_quantize_linear() {
  return {
      .name = "QuantizeLinear",
      .domain = "com.microsoft",
      .doc = "As ONNX's operator, for types that it did not always have.",
      .inputs = {{"x", "float"}, {"scale", "float"}, {"zero_point", "integer", optional_operand}},
      .outputs = {{"y", "integer"}},
      .attributes = {{"axis", 1}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, c.has(2) ? c.dtype(2) : DType::u8, c.dims(0));
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        c.output(
            0, c.add("QuantizeLinear", {c.input(0), c.input(1), c.input(2)}, c.node().attributes));
        return {};
      },
      .samples = {{.inputs = {{.dims = {3, 5}, .low = -9, .high = 9},
                              {.dims = {}, .values = {0.05}},
                              {.dims = {}, .dtype = DType::u16, .values = {128}}}}},
  };
}

}  // namespace tenon::ops
