// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_unique() {
  return {
      .name = "Unique",
      .domain = "com.microsoft",
      .doc =
          "The different elements of a vector as they occur, which each element is, and how often.",
      .inputs = {{"x", "numeric|bool"}},
      .outputs = {{"y"}, {"idx", "i64"}, {"counts", "i64"}, {"count", "i64", optional_operand}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) != 1) return invalid("input of rank {}, expected 1", c.rank(0));
        const Expr found = c.found_size(3);
        c.output(0, c.dtype(0), {found});
        c.output(1, DType::i64, c.dims(0));
        c.output(2, DType::i64, {found});
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        const ValueId x = c.input(0);
        const std::vector<ValueId> made =
            c.add_many("Unique", std::span(&x, 1), {{"sorted", 0}}, 5);
        c.output(0, made[0]);
        c.output(1, made[2]);
        c.output(2, made[3]);
        c.output(3, made[4]);
        return {};
      },
      .samples = {{.inputs = {{.dims = {9}, .dtype = DType::i32, .low = 0, .high = 4}},
                   .outputs = 3}},
  };
}

}  // namespace tenon::ops
