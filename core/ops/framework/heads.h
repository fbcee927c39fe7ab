// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// MultiHeadAttention and DecoderMaskedMultiHeadAttention of com.microsoft: the same operator, its
// operands in another order. Query, key and value may be packed into one tensor; past keys are
// concatenated or lie in a buffer that grows in place.
namespace tenon::ops {

struct HeadsOperands {
  size_t query, key, value, bias, mask, attention_bias, past_key, past_value, past_length, beams;
};

Status infer_heads(InferContext& c, const HeadsOperands& in);
Status expand_heads(ExpandContext& c, const HeadsOperands& in);

}  // namespace tenon::ops
