// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// The first layer of BERT: embeddings of words, places and segments added and normalized. Shared by
// the operators of com.microsoft that hold them as floats or quantized.
namespace tenon::ops {

struct Embeddings {
  ValueId words = no_id;     // i32 or i64 [batch, length]
  ValueId segments = no_id;  // the same, or no_id
  ValueId places = no_id;    // the same or [1, length]; no_id: 0, 1, ...
  ValueId word_table = no_id, place_table = no_id, segment_table = no_id;
  ValueId scale = no_id, bias = no_id;
  ValueId mask = no_id;  // [batch, length], or no_id
};

// Output 0 normalized, 1 how long each sequence is by the mask (0 without one), 2 the sum.
Status infer_embeddings(InferContext& c, size_t words, size_t word_table, DType dtype);
Status expand_embeddings(ExpandContext& c, const Embeddings& e, DType dtype);

}  // namespace tenon::ops
