// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op trilu() {
  return {
      .name = "Trilu",
      .doc = "The upper or lower triangle of matrices, from diagonal k on; 0 elsewhere.",
      .inputs = {{"input"}, {"k", "i64", optional_operand}},
      .outputs = {{"output"}},
      .attributes = {{"upper", 1}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) < 2) return invalid("input of rank {}, expected at least 2", c.rank(0));
        return same_as_input(c);
      },
      .element =
          [](ElementContext& c) {
            const int64_t rank = c.output_rank();
            const Expr diagonal = c.coordinate(rank - 1) - c.coordinate(rank - 2);
            const Expr k = c.has(1) ? c.load_linear(1, c.number(0)) : c.number(0);
            const bool upper = c.integer("upper", 1) != 0;
            return c.load(0, c.output_index(), upper ? diagonal >= k : diagonal <= k, Expr());
          },
      .samples = {{.inputs = {{.dims = {2, 4, 5}}}},
                  {.inputs = {{.dims = {4, 5}}, {.dims = {}, .dtype = DType::i64, .values = {-1}}},
                   .attributes = {{"upper", 0}}}},
  };
}

}  // namespace tenon::ops
