// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/heads.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

constexpr HeadsOperands operands = {.query = 0,
                                    .key = 1,
                                    .value = 2,
                                    .bias = 3,
                                    .mask = 4,
                                    .attention_bias = 5,
                                    .past_key = 6,
                                    .past_value = 7,
                                    .past_length = 8,
                                    .beams = 9};

}  // namespace

Op microsoft_multi_head_attention() {
  const SampleInput none = {.omitted = true};
  return {
      .name = "MultiHeadAttention",
      .domain = "com.microsoft",
      .doc = "Attention of a query, a key and a value that may be packed into one tensor.",
      .inputs = {{"query", "float"},
                 {"key", "float", optional_operand},
                 {"value", "float", optional_operand},
                 {"bias", "float", optional_operand},
                 {"key_padding_mask", "i32", optional_operand},
                 {"attention_bias", "float", optional_operand},
                 {"past_key", "float", optional_operand},
                 {"past_value", "float", optional_operand},
                 {"past_sequence_length", "i32", optional_operand},
                 {"cache_indirection", "i32", optional_operand}},
      .outputs = {{"output", "float"},
                  {"present_key", "float", optional_operand},
                  {"present_value", "float", optional_operand},
                  {"qk", "float", optional_operand}},
      .attributes = {{"mask_filter_value", -10000.0}, {"unidirectional", 0}},
      .infer = [](InferContext& c) { return infer_heads(c, operands); },
      .expand = [](ExpandContext& c) { return expand_heads(c, operands); },
      .samples = {{.inputs = {{.dims = {2, 3, 8}}, {.dims = {2, 5, 8}}, {.dims = {2, 5, 8}}},
                   .attributes = {{"num_heads", 2}}},
                  {.inputs = {{.dims = {2, 3, 2, 3, 4}}}, .attributes = {{"num_heads", 2}}},
                  {.inputs = {{.dims = {2, 1, 8}},
                              {.dims = {2, 1, 8}},
                              {.dims = {2, 1, 8}},
                              none,
                              none,
                              none,
                              {.dims = {2, 2, 5, 4}},
                              {.dims = {2, 2, 5, 4}},
                              {.dims = {1}, .dtype = DType::i32, .values = {3}}},
                   .attributes = {{"num_heads", 2}},
                   .outputs = 3}},
  };
}

}  // namespace tenon::ops
