// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/cosine_windows.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op hamming_window() {
  return {
      .name = "HammingWindow",
      .doc = "A raised cosine that does not reach 0.",
      .inputs = {{"size", "i32|i64"}},
      .outputs = {{"output", "numeric"}},
      .attributes = {{"output_datatype", 1}, {"periodic", 1}},
      .infer = infer_window,
      .shape_operands = {0},
      .element = [](ElementContext& c) { return window(c, 25.0 / 46, 21.0 / 46, 0); },
      .samples = {{.inputs = {{.dims = {}, .dtype = DType::i64, .values = {9}}}}},
  };
}

}  // namespace tenon::ops
