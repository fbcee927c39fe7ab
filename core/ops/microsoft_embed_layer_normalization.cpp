// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/embeddings.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_embed_layer_normalization() {
  const SampleInput words = {.dims = {2, 3}, .dtype = DType::i32, .values = {0, 3, 1, 2, 2, 0}};
  const SampleInput segments = {.dims = {2, 3}, .dtype = DType::i32, .values = {0, 0, 1, 1, 0, 1}};
  return {
      .name = "EmbedLayerNormalization",
      .domain = "com.microsoft",
      .doc = "Embeddings of words, places and segments, added and normalized.",
      .inputs = {{"input_ids", "i32|i64"},
                 {"segment_ids", "i32|i64", optional_operand},
                 {"word_embedding", "float"},
                 {"position_embedding", "float"},
                 {"segment_embedding", "float", optional_operand},
                 {"gamma", "float"},
                 {"beta", "float"},
                 {"mask", "i32|i64", optional_operand},
                 {"position_ids", "i32|i64", optional_operand}},
      .outputs = {{"output", "float"},
                  {"mask_index", "i32", optional_operand},
                  {"embedding_sum", "float", optional_operand}},
      .attributes = {{"epsilon", 1e-12}},
      .infer = [](InferContext& c) { return infer_embeddings(c, 0, 2, c.dtype(2)); },
      .expand =
          [](ExpandContext& c) {
            return expand_embeddings(c,
                                     {.words = c.input(0),
                                      .segments = c.has(4) ? c.input(1) : no_id,
                                      .places = c.input(8),
                                      .word_table = c.input(2),
                                      .place_table = c.input(3),
                                      .segment_table = c.input(4),
                                      .scale = c.input(5),
                                      .bias = c.input(6),
                                      .mask = c.input(7)},
                                     c.dtype(2));
          },
      .samples = {{.inputs = {words,
                              segments,
                              {.dims = {4, 8}},
                              {.dims = {5, 8}},
                              {.dims = {2, 8}},
                              {.dims = {8}},
                              {.dims = {8}},
                              {.dims = {2, 3}, .dtype = DType::i32, .values = {1, 1, 0, 1, 0, 0}}},
                   .outputs = 3}},
  };
}

}  // namespace tenon::ops
