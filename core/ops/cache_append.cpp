// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { now, start, past, beams };

Status infer(InferContext& c) {
  const std::vector<Expr> length = c.sizes("length");
  if (length.size() != 1) return invalid("{} lengths, expected 1", length.size());
  if (c.rank(now) != 4 || c.rank(start) != 1 || (c.has(past) && c.rank(past) != 4)) {
    return invalid("what is appended of rank {}, its start of rank {}, expected 4 and 1",
                   c.rank(now), c.rank(start));
  }
  if (c.has(beams) && c.rank(beams) != 3) {
    return invalid("beams of rank {}, expected 3", c.rank(beams));
  }
  for (const size_t axis : {size_t{0}, size_t{1}, size_t{3}}) {
    if (!c.has(past)) break;
    TENON_TRY(c.require_equal(c.dims(past)[axis], c.dims(now)[axis], "dims of a cache"));
  }
  std::vector<Expr> dims = c.dims(now);
  dims[2] = length[0];
  c.output(0, c.dtype(now), dims);
  return {};
}

// The row of the old cache that a place of row `row` comes from.
Expr source(ElementContext& c, Expr row, Expr place) {
  if (!c.has(beams)) return row;
  const Expr width = c.dim(beams, 1);
  const Expr group = floor_div(row, width);
  const Expr inside = place < c.dim(beams, 2);
  return group * width + as_index(c.load(beams, {group, row % width, place}, inside, Expr()));
}

Expr element(ElementContext& c) {
  const Expr starts = c.dim(start, 0);
  const bool shared = starts.is_constant() && starts.constant() == 1;
  const Expr first = as_index(c.load(start, {shared ? c.number(0) : c.coordinate(0)}));
  Index index = c.output_index();
  const Expr place = index[2];
  Expr before = c.pool().cast(c.real_number(0), type_of(c.dtype(now)));
  if (c.has(past)) {
    const Index there = {source(c, index[0], place), index[1], place, index[3]};
    before = c.load(past, there, place < c.dim(past, 2), Expr());
  }
  index[2] = place - first;
  const Expr inside = place >= first && place < first + c.dim(now, 2);
  const Expr appended = c.load(now, index, inside, Expr());
  return select(inside, appended, before);
}

}  // namespace

Op cache_append() {
  const SampleInput start = {.dims = {2}, .dtype = DType::i64, .values = {3, 1}};
  const std::vector<int64_t> length = {6};
  return {
      .name = "CacheAppend",
      .doc =
          "A cache [batch, heads, places, size] of a length, with new places written from a start "
          "on that each batch has; 0 where neither it nor the old cache reaches. Beams [groups, "
          "width, places] tell which row of its group a row takes an old place from.",
      .inputs = {{"now"},
                 {"start", "i32|i64"},
                 {"past", "any", optional_operand},
                 {"beams", "i32|i64", optional_operand}},
      .outputs = {{"present"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {2, 2, 2, 3}}, start, {.dims = {2, 2, 5, 3}}},
                   .attributes = {{"length", length}}},
                  {.inputs = {{.dims = {2, 2, 2, 3}}, start}, .attributes = {{"length", length}}},
                  {.inputs = {{.dims = {2, 2, 1, 3}},
                              start,
                              {.dims = {2, 2, 6, 3}},
                              {.dims = {1, 2, 6},
                               .dtype = DType::i32,
                               .values = {0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0}}},
                   .attributes = {{"length", length}}}},
  };
}

}  // namespace tenon::ops
