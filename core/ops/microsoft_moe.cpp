// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/experts.h"
#include "core/ops/op.h"

#include <string>

namespace tenon::ops {

Op microsoft_moe() {
  return {
      .name = "MoE",
      .domain = "com.microsoft",
      .doc = "A mixture of the experts that a router finds best for each token.",
      .inputs = {{"input", "float"},
                 {"router_probs", "float"},
                 {"fc1_experts_weights", "float"},
                 {"fc1_experts_bias", "float", optional_operand},
                 {"fc2_experts_weights", "float"},
                 {"fc2_experts_bias", "float", optional_operand},
                 {"fc3_experts_weights", "float", optional_operand},
                 {"fc3_experts_bias", "float", optional_operand}},
      .outputs = {{"output", "float"}},
      .infer = [](InferContext& c) -> Status {
        for (const size_t i : {size_t{2}, size_t{4}, size_t{6}}) {
          TENON_TRY(check_expert(c, i, i + 1));
        }
        return infer_experts(c, 0, 1);
      },
      .expand =
          [](ExpandContext& c) {
            return expand_experts(c, c.input(0), c.input(1), {c.input(2), c.input(3)},
                                  {c.input(4), c.input(5)}, {c.input(6), c.input(7)});
          },
      .samples = {{.inputs = {{.dims = {3, 4}},
                              {.dims = {3, 5}},
                              {.dims = {5, 6, 4}},
                              {.dims = {5, 6}},
                              {.dims = {5, 4, 6}},
                              {.dims = {5, 4}}},
                   .attributes = {{"k", 2},
                                  {"activation_type", std::string("gelu")},
                                  {"normalize_routing_weights", 1}}},
                  {.inputs = {{.dims = {1, 3, 4}},
                              {.dims = {3, 5}},
                              {.dims = {5, 6, 4}},
                              {.omitted = true},
                              {.dims = {5, 4, 3}}},
                   .attributes = {{"k", 1},
                                  {"activation_type", std::string("swiglu")},
                                  {"swiglu_fusion", 1}}}},
  };
}

}  // namespace tenon::ops
