// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <array>
#include <string_view>

// Attention proper, in the words that all attention operators are written in. Heads are axis 1;
// groups of query heads may share one head of keys and values. Scores are computed in a wide type.
namespace tenon::ops {

// A number of heads from an attribute. Error when it is none, or so large that it is a mistake.
Result<int64_t> head_count(const AttributeContext& c, std::string_view attribute);

struct Attend {
  ValueId query = no_id;  // [batch, heads, queries, size]
  ValueId key = no_id;    // [batch, key heads, keys, size]
  ValueId value = no_id;  // [batch, key heads, keys, value size]
  double scale = 0;       // of the products; 0: 1 / sqrt(size)
  double softcap = 0;
  ValueId mask =
      no_id;  // added, or bool (true: attend); broadcasts to [batch, heads, queries, keys]
  ValueId offset = no_id;  // i64: how many keys stand before the queries; broadcasts like the mask
  ValueId valid = no_id;   // i64: how many keys count
  ValueId sink = no_id;    // one more score of each query, without a value
  int64_t left = -1;       // how far a query sees back and forward; -1: all
  int64_t right = -1;
};

// The parts one by one.
ValueId attention_scores(ExpandContext& c, const Attend& a);
ValueId masked_scores(ExpandContext& c, const Attend& a, ValueId scores);
// Softmax over the keys; queries that see none get zeros.
ValueId attention_probabilities(ExpandContext& c, ValueId scores, ValueId sink = no_id);
ValueId weighted_values(ExpandContext& c, ValueId probabilities, ValueId value);

struct Attended {
  ValueId output = no_id;  // [batch, heads, queries, value size], in the query's type
  // Scores: raw, capped, masked, as probabilities.
  std::array<ValueId, 4> stages = {no_id, no_id, no_id, no_id};
};
Attended attend(ExpandContext& c, const Attend& a);

// [batch, length, heads * size] as [batch, heads, length, size]; rank 4 as it is.
ValueId split_heads(ExpandContext& c, ValueId x, Expr heads);
// The way back.
ValueId join_heads(ExpandContext& c, ValueId x);
// A bool or additive mask that ends before the last of `keys` hides the keys after its end.
ValueId whole_mask(ExpandContext& c, ValueId mask, Expr keys);
// `past` with `now` written from place `start` (i64, [1] or [batch]) on, `length` places in all;
// past may be no_id. All are [batch, heads, places, size]. `beams` [groups, width, places], if any,
// tells which row of its group a row takes old places from.
ValueId append(ExpandContext& c, ValueId past, ValueId now, ValueId start, Expr length,
               ValueId beams = no_id);
// A vector over the batch as [batch, 1, 1, 1], in i64.
ValueId by_batch(ExpandContext& c, ValueId vector);

}  // namespace tenon::ops
