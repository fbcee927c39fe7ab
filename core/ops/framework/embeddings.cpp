// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/embeddings.h"

#include "core/ops/framework/compose.h"
#include "core/ops/framework/normalize.h"

namespace tenon::ops {
namespace {

ValueId rows(ExpandContext& c, ValueId table, ValueId places, DType work) {
  return c.cast(c.add("Gather", {table, places}, {{"axis", 0}}), work);
}

}  // namespace

Status infer_embeddings(InferContext& c, size_t words, size_t word_table, DType dtype) {
  if (c.rank(words) != 2 || c.rank(word_table) != 2) {
    return invalid("words of rank {} and their table of rank {}, expected 2 and 2", c.rank(words),
                   c.rank(word_table));
  }
  const std::vector<Expr> dims = {c.dim(words, 0), c.dim(words, 1), c.dim(word_table, 1)};
  c.output(0, dtype, dims);
  c.output(1, DType::i32, {dims[0]});
  c.output(2, dtype, dims);
  return {};
}

Status expand_embeddings(ExpandContext& c, const Embeddings& e, DType dtype) {
  const DType work = wide(dtype);
  const std::vector<Expr> dims = c.dims_of(e.words);
  const ValueId places = e.places == no_id ? count_up(c, dims[1]) : e.places;
  ValueId sum =
      c.add("Add", {rows(c, e.word_table, e.words, work), rows(c, e.place_table, places, work)});
  if (e.segments != no_id) {
    sum = c.add("Add", {sum, rows(c, e.segment_table, e.segments, work)});
  }
  const Normalized n = normalize(c, sum, {2}, c.real("epsilon", 1e-12));
  c.output(0, scale_and_shift(c, n.value, e.scale, e.bias, dtype));
  if (c.wants(1)) {
    const ValueId length = c.sizes({dims[0]});
    c.output(
        1, e.mask == no_id
               ? c.add("Expand", {c.scalar(0, DType::i32), length})
               : reduce_away(c, "sum", map(c, "m == 1 ? 1 : 0", {{"m", e.mask}}, DType::i32), {1}));
  }
  if (c.wants(2)) c.output(2, c.cast(sum, dtype));
  return {};
}

}  // namespace tenon::ops
