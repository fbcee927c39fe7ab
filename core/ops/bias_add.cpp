// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op bias_add() {
  return {
      .name = "BiasAdd",
      .domain = "com.microsoft",
      .doc = "The sum of the input, a bias of each channel and a skipped connection.",
      .inputs = {{"x", "float"}, {"bias", "float"}, {"skip", "float"}},
      .outputs = {{"y", "float"}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) != 3) return invalid("data of rank {}, expected 3", c.rank(0));
        TENON_TRY(c.require_equal(c.elements(1), c.dim(0, 2), "biases and channels"));
        TENON_TRY(c.require_equal(c.elements(2), c.elements(0), "data and skipped connection"));
        return same_as_input(c);
      },
      .element = "x + bias + skip",
      .samples = {{.inputs = {{.dims = {2, 3, 4}}, {.dims = {4}}, {.dims = {2, 3, 4}}}}},
  };
}

}  // namespace tenon::ops
