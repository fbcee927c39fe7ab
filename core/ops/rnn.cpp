// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/recurrences.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op rnn() {
  return {
      .name = "RNN",
      .doc = "Plain recurrence over a sequence.",
      .inputs = {{"x", "float"},
                 {"w", "float"},
                 {"r", "float"},
                 {"b", "float", optional_operand},
                 {"sequence_lens", "i32", optional_operand},
                 {"initial_h", "float", optional_operand}},
      .outputs = {{"y", "float", optional_operand}, {"y_h", "float", optional_operand}},
      .attributes = {{"direction", "forward"}, {"layout", 0}},
      .infer = infer_recurrent,
      .expand = [](ExpandContext& c) { return expand_recurrent(c, "rnn"); },
      .samples = {{.inputs = {{.dims = {4, 2, 3}}, {.dims = {1, 5, 3}}, {.dims = {1, 5, 5}}},
                   .attributes = {{"hidden_size", 5}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
