// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { query, key, value, state, decay, beta };

Status infer(InferContext& c) {
  for (const size_t i : {query, key, value, state, decay, beta}) {
    if (c.has(i) && c.rank(i) != 4) return invalid("input {} of rank {}, expected 4", i, c.rank(i));
  }
  for (const size_t i : {key, value, decay, beta}) {
    if (!c.has(i)) continue;
    TENON_TRY(c.require_equal(c.dim(i, 0), c.dim(query, 0), "batches"));
    TENON_TRY(c.require_equal(c.dim(i, 1), c.dim(query, 1), "steps"));
    TENON_TRY(c.require_equal(c.dim(i, 2), c.dim(key, 2), "heads of keys"));
  }
  const std::vector<Expr> dims = {c.dim(query, 0), c.dim(key, 2), c.dim(key, 3), c.dim(value, 3)};
  for (size_t axis = 0; axis < 4 && c.has(state); ++axis) {
    TENON_TRY(c.require_equal(c.dims(state)[axis], dims[axis], "dims of the state"));
  }
  TENON_TRY(c.require_equal(c.dim(query, 3), c.dim(key, 3), "numbers of a query and a key"));
  TENON_TRY(c.require(c.dim(query, 2) % c.dim(key, 2) == 0, "key heads divide the query heads"));
  c.set("delta", c.integer("delta", 0));
  c.set("scale", c.real("scale", 1));
  c.output(0, c.dtype(query), {c.dim(query, 0), c.dim(query, 1), c.dim(query, 2), c.dim(value, 3)});
  c.output(1, c.has(state) ? c.dtype(state) : c.dtype(query), dims);
  return {};
}

}  // namespace

Op linear_recurrence() {
  const SampleInput four = {.dims = {2, 3, 4, 5}};
  const SampleInput two = {.dims = {2, 3, 2, 5}};
  const SampleInput gate = {.dims = {2, 3, 2, 1}, .low = -1, .high = 0};
  return {
      .name = "LinearRecurrence",
      .doc =
          "A state per head, a matrix, that fades by exp(decay), learns value for key, and is read "
          "by queries, step by step.",
      .inputs = {{"query", "float"},
                 {"key", "float"},
                 {"value", "float"},
                 {"state", "float", optional_operand},
                 {"decay", "float", optional_operand},
                 {"beta", "float", optional_operand}},
      .outputs = {{"output", "float"}, {"state", "float", optional_operand}},
      .infer = infer,
      .primitive = true,
      .samples = {{.inputs = {four, two, two, {.dims = {2, 2, 5, 5}}, gate},
                   .attributes = {{"scale", 0.5}},
                   .outputs = 2},
                  {.inputs = {four,
                              two,
                              two,
                              {.omitted = true},
                              {.dims = {2, 3, 2, 5}, .low = -1, .high = 0},
                              {.dims = {2, 3, 2, 1}, .low = 0, .high = 0.5}},
                   .attributes = {{"delta", 1}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
