// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/cosine_windows.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op hann_window() {
  return {
      .name = "HannWindow",
      .doc = "Half a period of a raised cosine.",
      .inputs = {{"size", "i32|i64"}},
      .outputs = {{"output", "numeric"}},
      .attributes = {{"output_datatype", 1}, {"periodic", 1}},
      .infer = infer_window,
      .shape_operands = {0},
      .element = [](ElementContext& c) { return window(c, 0.5, 0.5, 0); },
      .samples = {{.inputs = {{.dims = {}, .dtype = DType::i64, .values = {9}}}}},
  };
}

}  // namespace tenon::ops
