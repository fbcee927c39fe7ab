// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/searches.h"

namespace tenon::ops {
namespace {

class Greedy : public TokenChooser {
 public:
  Result<int64_t> choose(std::span<float> scores) override {
    return static_cast<int64_t>(most_probable(scores));
  }
};

Status run(HostContext& c) {
  Greedy greedy;
  return run_single_search(c,
                           {.bodies = {.attention_mask = 6},
                            .rules = {.min_length = 2,
                                      .repetition_penalty = 3,
                                      .vocab_mask = 4,
                                      .prefix_vocab_mask = 5}},
                           greedy);
}

}  // namespace

Op microsoft_greedy_search() {
  constexpr auto left_out = optional_operand;
  return {
      .name = "GreedySearch",
      .domain = "com.microsoft",
      .doc = "Texts of the tokens that a model in the node's bodies holds most probable.",
      .inputs = {{"input_ids", "integer"},
                 {"max_length", "integer"},
                 {"min_length", "integer", left_out},
                 {"repetition_penalty", "float", left_out},
                 {"vocab_mask", "integer", left_out},
                 {"prefix_vocab_mask", "integer", left_out},
                 {"attention_mask", "integer", left_out}},
      .outputs = {{"sequences", "i32"}},
      .infer = infer_single_search,
      .host = run,
  };
}

}  // namespace tenon::ops
