// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/recurrences.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op lstm() {
  return {
      .name = "LSTM",
      .doc = "Long short-term memory over a sequence.",
      .inputs = {{"x", "float"},
                 {"w", "float"},
                 {"r", "float"},
                 {"b", "float", optional_operand},
                 {"sequence_lens", "i32", optional_operand},
                 {"initial_h", "float", optional_operand},
                 {"initial_c", "float", optional_operand},
                 {"p", "float", optional_operand}},
      .outputs = {{"y", "float", optional_operand},
                  {"y_h", "float", optional_operand},
                  {"y_c", "float", optional_operand}},
      .attributes = {{"direction", "forward"}, {"layout", 0}},
      .infer = infer_recurrent,
      .expand = [](ExpandContext& c) { return expand_recurrent(c, "lstm"); },
      .samples = {{.inputs = {{.dims = {4, 2, 3}}, {.dims = {1, 20, 3}}, {.dims = {1, 20, 5}}},
                   .attributes = {{"hidden_size", 5}},
                   .outputs = 3}},
  };
}

}  // namespace tenon::ops
