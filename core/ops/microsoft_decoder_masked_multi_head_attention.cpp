// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/heads.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

constexpr HeadsOperands operands = {.query = 0,
                                    .key = 1,
                                    .value = 2,
                                    .bias = 10,
                                    .mask = 3,
                                    .attention_bias = 4,
                                    .past_key = 5,
                                    .past_value = 6,
                                    .past_length = 7,
                                    .beams = 9};

}  // namespace

Op microsoft_decoder_masked_multi_head_attention() {
  return {
      .name = "DecoderMaskedMultiHeadAttention",
      .domain = "com.microsoft",
      .doc = "MultiHeadAttention of one step, its operands in another order.",
      .inputs = {{"query", "float"},
                 {"key", "float", optional_operand},
                 {"value", "float", optional_operand},
                 {"mask_index", "i32", optional_operand},
                 {"attention_bias", "float", optional_operand},
                 {"past_key", "float", optional_operand},
                 {"past_value", "float", optional_operand},
                 {"past_sequence_length", "i32", optional_operand},
                 {"beam_width", "i32", optional_operand},
                 {"cache_indirection", "i32", optional_operand},
                 {"bias", "float", optional_operand}},
      .outputs = {{"output", "float"},
                  {"present_key", "float", optional_operand},
                  {"present_value", "float", optional_operand},
                  {"qk", "float", optional_operand}},
      .attributes = {{"mask_filter_value", -10000.0}},
      .infer = [](InferContext& c) { return infer_heads(c, operands); },
      .expand = [](ExpandContext& c) { return expand_heads(c, operands); },
      .samples = {{.inputs = {{.dims = {2, 1, 8}}, {.dims = {2, 1, 8}}, {.dims = {2, 1, 8}}},
                   .attributes = {{"num_heads", 2}}},
                  {.inputs = {{.dims = {2, 1, 24}}}, .attributes = {{"num_heads", 2}}}},
  };
}

}  // namespace tenon::ops
