// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

constexpr int64_t most_size = 64;

Status infer(InferContext& c) {
  const int64_t size = c.integer("ngram_size", 0);
  if (size < 1 || size > most_size) return invalid("attribute ngram_size is {}", size);
  if (c.rank(0) != 2 || c.rank(1) != 2) {
    return invalid("input_ids of rank {}, scores of rank {}, expected 2", c.rank(0), c.rank(1));
  }
  TENON_TRY(c.require_equal(c.dim(0, 0), c.dim(1, 0), "batches"));
  c.output(0, c.dtype(1), c.dims(1));
  return {};
}

// Each place from which n tokens follow ends with the token that its n - 1 first ones forbid, if
// they are the last ones too.
Status expand(ExpandContext& c) {
  const int64_t size = c.integer("ngram_size", 1);
  const Expr length = c.dim(0, 1);
  const Expr places = maximum(length - (size - 1), c.number(0));
  ValueId banned = no_id;
  for (int64_t k = 0; k + 1 < size; ++k) {
    const ValueId here = slice(c, c.input(0), 1, c.number(k), places + k);
    const Expr last = maximum(length - (size - 1) + k, c.number(0));
    const ValueId tail = slice(c, c.input(0), 1, last, minimum(last + 1, length));
    const ValueId same = map(c, "a == b", {{"a", here}, {"b", tail}}, DType::boolean);
    banned =
        banned == no_id ? same : map(c, "a && b", {{"a", banned}, {"b", same}}, DType::boolean);
  }
  const ValueId next = slice(c, c.input(0), 1, c.number(size - 1), places + (size - 1));
  const DType dtype = c.dtype(1);
  const ValueId limit = banned == no_id
                            ? map(c, "t == t ? -inf : inf", {{"t", next}}, dtype)
                            : map(c, "b ? -inf : inf", {{"b", banned}, {"t", next}}, dtype);
  c.output(0, c.add("ScatterElements", {c.input(1), c.cast(next, DType::i64), limit},
                    {{"axis", 1}, {"reduction", "min"}}));
  return {};
}

}  // namespace

Op microsoft_n_gram_repeat_block() {
  return {
      .name = "NGramRepeatBlock",
      .domain = "com.microsoft",
      .doc = "Scores, minus infinity for tokens that would repeat a run of n tokens.",
      .inputs = {{"input_ids", "i64"}, {"scores", "float"}},
      .outputs = {{"scores_out", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 6},
                               .dtype = DType::i64,
                               .values = {1, 2, 3, 1, 2, 0, 3, 3, 3, 3, 3, 3}},
                              {.dims = {2, 5}}},
                   .attributes = {{"ngram_size", 3}}}},
  };
}

}  // namespace tenon::ops
