// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

#include <string>

namespace tenon::ops {

Op grid_sample();

namespace {

Status infer(InferContext& c) {
  const std::string mode = c.text("mode", "bilinear");
  c.set("mode", std::string(mode == "bilinear" ? "linear" : mode == "bicubic" ? "cubic" : mode));
  return grid_sample().infer(c);
}

}  // namespace

// GridSample was com.microsoft's before it was ONNX's, with other names of the modes.
Op microsoft_grid_sample() {
  Op op = grid_sample();
  op.domain = "com.microsoft";
  op.infer = infer;
  return op;
}

}  // namespace tenon::ops
