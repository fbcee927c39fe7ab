// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compact.h"
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  const Found found = find_nonzero(c, c.input(0));
  const ValueId positions = slice(c, found.positions, 0, c.number(0), c.found_size(1));
  c.output(0, coordinates_of(c, positions, c.dims(0)));
  c.output(1, found.count);
  return {};
}

}  // namespace

Op non_zero() {
  return {
      .name = "NonZero",
      .doc = "Coordinates of the elements that are not zero, one column for each.",
      .inputs = {{"x", "numeric|bool"}},
      .outputs = {{"y", "i64"}, {"count", "i64", optional_operand}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, DType::i64, {c.number(c.rank(0)), c.found_size(1)});
        return {};
      },
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}, .dtype = DType::i32, .low = 0, .high = 2}}},
                  {.inputs = {{.dims = {2, 3, 2}, .dtype = DType::boolean}}}},
  };
}

}  // namespace tenon::ops
