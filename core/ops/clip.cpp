// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op clip() {
  return {
      .name = "Clip",
      .doc = "x kept between min and max; max where min is greater.",
      .inputs = {{"x", "numeric"},
                 {"min", "numeric", optional_operand},
                 {"max", "numeric", optional_operand}},
      .outputs = {{"y", "numeric"}},
      .infer = same_as_input,
      .element =
          [](ElementContext& c) {
            Expr x = c.load(0);
            if (c.has(1)) x = maximum(x, c.load(1));
            if (c.has(2)) x = minimum(x, c.load(2));
            return x;
          },
      .samples = {{.inputs = {{.dims = {3, 5}},
                              {.dims = {}, .values = {-1}},
                              {.dims = {}, .values = {0.5}}}},
                  {.inputs = {{.dims = {3, 5}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.omitted = true},
                              {.dims = {}, .dtype = DType::u8, .values = {100}}}}},
  };
}

}  // namespace tenon::ops
