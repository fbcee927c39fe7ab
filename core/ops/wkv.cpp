// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sequences.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { r, k, v, w, u, state, start, state_slot };

Status infer(InferContext& c) {
  if (c.rank(r) != 3 || c.rank(k) != 3 || c.rank(v) != 3 || c.rank(w) != 2 || c.rank(u) != 2) {
    return invalid("r, k, v of rank {}, {}, {} and w, u of rank {}, {}, expected 3 and 2",
                   c.rank(r), c.rank(k), c.rank(v), c.rank(w), c.rank(u));
  }
  for (int64_t axis = 0; axis < 3; ++axis) {
    TENON_TRY(c.require_equal(c.dim(k, axis), c.dim(r, axis), "dims of r and k"));
    if (axis < 2) TENON_TRY(c.require_equal(c.dim(v, axis), c.dim(r, axis), "dims of r and v"));
  }
  for (const size_t i : {w, u}) {
    TENON_TRY(c.require_equal(c.dim(i, 0), c.dim(r, 1), "heads"));
    TENON_TRY(c.require_equal(c.dim(i, 1), c.dim(r, 2), "numbers of a key"));
  }
  c.output(0, c.dtype(r), c.dims(v));
  return infer_sequences(c, {state, start, state_slot}, {c.dim(r, 1), c.dim(r, 2), c.dim(v, 2)});
}

}  // namespace

Op wkv() {
  const SampleInput keys = {.dims = {5, 2, 3}};
  const SampleInput values = {.dims = {5, 2, 4}};
  const SampleInput fades = {.dims = {2, 3}, .low = 0, .high = 1};
  const SampleInput firsts = {.dims = {2, 3}};
  return {
      .name = "Wkv",
      .domain = "tenon",
      .doc =
          "The recurrence of RWKV over the tokens of each sequence, for every head with a matrix "
          "s: y = r (s + u k v), then s = w s + k v. r and k are [tokens, heads, keys], v [tokens, "
          "heads, values], w and u [heads, keys].",
      .inputs = {{"r", "float"},
                 {"k", "float"},
                 {"v", "float"},
                 {"w", "float"},
                 {"u", "float"},
                 {"state", "float", optional_operand},
                 {"start", "i32|i64"},
                 {"state_slot", "i32|i64", optional_operand}},
      .outputs = {{"y", "float"}, {"state", "float", optional_operand}},
      .infer = infer,
      .primitive = true,
      .in_place = {{1, state}},
      .samples = {{.inputs = {keys,
                              keys,
                              values,
                              fades,
                              firsts,
                              {.dims = {3, 2, 3, 4}},
                              {.dims = {3}, .dtype = DType::i32, .values = {0, 2, 5}},
                              {.dims = {2}, .dtype = DType::i32, .values = {2, 0}}},
                   .outputs = 2},
                  {.inputs = {keys,
                              keys,
                              values,
                              fades,
                              firsts,
                              {.omitted = true},
                              {.dims = {2}, .dtype = DType::i32, .values = {0, 5}}}}},
  };
}

}  // namespace tenon::ops
