// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { state, rows, slot };

Status infer(InferContext& c) {
  if (c.rank(state) < 3 || c.rank(rows) != c.rank(state) - 1 || c.rank(slot) != 1) {
    return invalid("state, rows and slot of rank {}, {} and {}, expected one less for rows, and 1",
                   c.rank(state), c.rank(rows), c.rank(slot));
  }
  TENON_TRY(c.require_equal(c.dim(slot, 0), c.dim(rows, 0), "slots and rows"));
  for (int64_t axis = 2; axis < c.rank(state); ++axis) {
    TENON_TRY(c.require_equal(c.dim(state, axis), c.dim(rows, axis - 1), "numbers of a row"));
  }
  return same_as_input(c);
}

}  // namespace

Op state_write() {
  return {
      .name = "StateWrite",
      .domain = "tenon",
      .doc =
          "A state of pages [pages, rows of a page, ...] with rows written: row t goes to row "
          "slot[t], counted over all pages, and nowhere when that is negative.",
      .inputs = {{"state", "float"}, {"rows", "float"}, {"slot", "i32|i64"}},
      .outputs = {{"state", "float"}},
      .infer = infer,
      .primitive = true,
      .in_place = {{0, state}},
      .samples = {{.inputs = {{.dims = {3, 2, 2, 3}},
                              {.dims = {3, 2, 3}},
                              {.dims = {3}, .dtype = DType::i32, .values = {4, -1, 1}}}},
                  {.inputs = {{.dims = {2, 2, 4}, .dtype = DType::f16},
                              {.dims = {3, 4}},
                              {.dims = {3}, .dtype = DType::i32, .values = {3, 4, 0}}}}},
  };
}

}  // namespace tenon::ops
