// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/embeddings.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

ValueId real(ExpandContext& c, size_t q, size_t scale, size_t zero) {
  if (!c.has(q)) return no_id;
  return c.add("DequantizeLinear", {c.input(q), c.input(scale), c.input(zero)});
}

}  // namespace

Op microsoft_q_embed_layer_normalization() {
  const SampleInput words = {.dims = {2, 3}, .dtype = DType::i32, .values = {0, 3, 1, 2, 2, 0}};
  const SampleInput none = {.omitted = true};
  const SampleInput scale = {.dims = {}, .values = {0.02}};
  const SampleInput zero = {.dims = {}, .dtype = DType::u8, .values = {120}};
  const auto table = [](std::vector<int64_t> dims) {
    return SampleInput{.dims = std::move(dims), .dtype = DType::u8, .low = 0, .high = 255};
  };
  return {
      .name = "QEmbedLayerNormalization",
      .domain = "com.microsoft",
      .doc = "Quantized embeddings of words, places and segments, added and normalized.",
      .inputs = {{"input_ids", "i32"},
                 {"segment_ids", "i32", optional_operand},
                 {"word_embedding", "i8|u8"},
                 {"position_embedding", "i8|u8"},
                 {"segment_embedding", "i8|u8", optional_operand},
                 {"gamma", "i8|u8"},
                 {"beta", "i8|u8"},
                 {"mask", "i32", optional_operand},
                 {"word_scale", "f32"},
                 {"position_scale", "f32"},
                 {"segment_scale", "f32", optional_operand},
                 {"gamma_scale", "f32"},
                 {"beta_scale", "f32"},
                 {"word_zero_point", "i8|u8"},
                 {"position_zero_point", "i8|u8"},
                 {"segment_zero_point", "i8|u8", optional_operand},
                 {"gamma_zero_point", "i8|u8"},
                 {"beta_zero_point", "i8|u8"}},
      .outputs = {{"layernorm_out", "f32"}, {"mask_index_out", "i32", optional_operand}},
      .attributes = {{"epsilon", 1e-12}},
      .infer = [](InferContext& c) { return infer_embeddings(c, 0, 2, c.dtype(8)); },
      .expand =
          [](ExpandContext& c) {
            return expand_embeddings(c,
                                     {.words = c.input(0),
                                      .segments = c.has(4) ? c.input(1) : no_id,
                                      .word_table = real(c, 2, 8, 13),
                                      .place_table = real(c, 3, 9, 14),
                                      .segment_table = real(c, 4, 10, 15),
                                      .scale = real(c, 5, 11, 16),
                                      .bias = real(c, 6, 12, 17),
                                      .mask = c.input(7)},
                                     c.dtype(8));
          },
      .samples = {{.inputs = {words, none, table({4, 8}), table({5, 8}), none, table({8}),
                              table({8}), none, scale, scale, none, scale, scale, zero, zero, none,
                              zero, zero},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
