// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/rotary.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

constexpr RotaryOperands operands = {.cosines = 2, .sines = 3, .positions = 1};

}  // namespace

Op microsoft_rotary_embedding() {
  return {
      .name = "RotaryEmbedding",
      .domain = "com.microsoft",
      .doc = "As ONNX's operator; the positions come second, one number is an offset for all.",
      .inputs = {{"x", "float"},
                 {"position_ids", "i64"},
                 {"cos_cache", "float"},
                 {"sin_cache", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"interleaved", 0}, {"rotary_embedding_dim", 0}},
      .infer = [](InferContext& c) -> Status {
        if (c.real("scale", 1) != 1) return unsupported("a scale of {}", c.real("scale", 1));
        return infer_rotary(c, operands);
      },
      .element = [](ElementContext& c) { return rotate(c, operands); },
      .samples = {{.inputs = {{.dims = {1, 2, 3, 8}},
                              {.dims = {1}, .dtype = DType::i64, .values = {1}},
                              {.dims = {5, 4}},
                              {.dims = {5, 4}}}}},
  };
}

}  // namespace tenon::ops
