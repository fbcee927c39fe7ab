// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/rotary.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

constexpr RotaryOperands operands = {.cosines = 1, .sines = 2, .positions = 3};

}  // namespace

Op rotary_embedding() {
  return {
      .name = "RotaryEmbedding",
      .doc = "Pairs of numbers of each head turned by an angle that grows with the position.",
      .inputs = {{"x", "float"},
                 {"cos_cache", "float"},
                 {"sin_cache", "float"},
                 {"position_ids", "i64", optional_operand}},
      .outputs = {{"y", "float"}},
      .attributes = {{"interleaved", 0}, {"rotary_embedding_dim", 0}},
      .infer = [](InferContext& c) { return infer_rotary(c, operands); },
      .element = [](ElementContext& c) { return rotate(c, operands); },
      .samples =
          {{.inputs = {{.dims = {1, 2, 3, 8}}, {.dims = {1, 3, 4}}, {.dims = {1, 3, 4}}}},
           {.inputs = {{.dims = {1, 3, 16}},
                       {.dims = {5, 2}},
                       {.dims = {5, 2}},
                       {.dims = {1, 3}, .dtype = DType::i64, .values = {2, 0, 4}}},
            .attributes = {{"num_heads", 2}, {"interleaved", 1}, {"rotary_embedding_dim", 4}}}},
  };
}

}  // namespace tenon::ops
