// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op binarizer() {
  return {
      .name = "Binarizer",
      .domain = "ai.onnx.ml",
      .doc = "1 for elements above the threshold, 0 for the others.",
      .inputs = {{"x", "numeric"}},
      .outputs = {{"y", "numeric"}},
      .attributes = {{"threshold", 0.0}},
      .infer = same_as_input,
      .element = "x > threshold ? 1 : 0",
      .samples = {{.inputs = {{.dims = {3, 5}}}, .attributes = {{"threshold", 0.5}}},
                  {.inputs = {{.dims = {4}, .dtype = DType::i64}}}},
  };
}

}  // namespace tenon::ops
