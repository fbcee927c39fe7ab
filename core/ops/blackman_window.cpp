// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/cosine_windows.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op blackman_window() {
  return {
      .name = "BlackmanWindow",
      .doc = "Two cosines.",
      .inputs = {{"size", "i32|i64"}},
      .outputs = {{"output", "numeric"}},
      .attributes = {{"output_datatype", 1}, {"periodic", 1}},
      .infer = infer_window,
      .shape_operands = {0},
      .element = [](ElementContext& c) { return window(c, 0.42, 0.5, 0.08); },
      .samples = {{.inputs = {{.dims = {}, .dtype = DType::i64, .values = {9}}}}},
  };
}

}  // namespace tenon::ops
