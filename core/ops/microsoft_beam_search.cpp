// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/searches.h"

namespace tenon::ops {
namespace {

Status run(HostContext& c) {
  return run_beam_search(c, {.bodies = {.attention_mask = 9, .decoder_input_ids = 10},
                             .rules = {.min_length = 2,
                                       .repetition_penalty = 6,
                                       .vocab_mask = 7,
                                       .prefix_vocab_mask = 8,
                                       .logits_processor = 11}});
}

}  // namespace

Op microsoft_beam_search() {
  constexpr auto left_out = optional_operand;
  return {
      .name = "BeamSearch",
      .domain = "com.microsoft",
      .doc = "Texts that a model in the node's bodies holds most probable, by a search with beams.",
      .inputs = {{"input_ids"},
                 {"max_length", "integer"},
                 {"min_length", "integer", left_out},
                 {"num_beams", "integer"},
                 {"num_return_sequences", "integer"},
                 {"length_penalty", "float", left_out},
                 {"repetition_penalty", "float", left_out},
                 {"vocab_mask", "integer", left_out},
                 {"prefix_vocab_mask", "integer", left_out},
                 {"attention_mask", "integer", left_out},
                 {"decoder_input_ids", "integer", left_out},
                 {"logits_processor", "integer", left_out}},
      .outputs = {{"sequences", "i32"},
                  {"sequences_scores", "f32", left_out},
                  {"scores", "f32", left_out}},
      .infer = infer_beam_search,
      .host = run,
  };
}

}  // namespace tenon::ops
