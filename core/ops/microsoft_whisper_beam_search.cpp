// SPDX-License-Identifier: Apache-2.0
#include "core/graph/bodies.h"
#include "core/ops/framework/searches.h"

namespace tenon::ops {
namespace {

constexpr size_t extra_decoding_ids = 13, cross_qk = 3;

Status infer(InferContext& c) {
  const size_t own = c.inputs() - captured_count(c.node());
  const bool wants_attention = c.wants(cross_qk) || c.integer("decoder_output_cross_qk", 0) != 0;
  if (wants_attention || (own > extra_decoding_ids && c.has(extra_decoding_ids))) {
    return unsupported("cross attentions (cross_qk) as a result of the search");
  }
  return infer_beam_search(c);
}

Status run(HostContext& c) {
  return run_beam_search(c, {.bodies = {.attention_mask = 9, .decoder_input_ids = 10},
                             .rules = {.min_length = 2,
                                       .repetition_penalty = 6,
                                       .vocab_mask = 7,
                                       .prefix_vocab_mask = 8,
                                       .temperature = 14,
                                       .logits_processor = 11}});
}

}  // namespace

Op microsoft_whisper_beam_search() {
  constexpr auto left_out = optional_operand;
  return {
      .name = "WhisperBeamSearch",
      .domain = "com.microsoft",
      .doc = "Texts that a speech model in the node's bodies hears, by a search with beams.",
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
                 {"logits_processor", "integer", left_out},
                 {"cross_qk_layer_head", "integer", left_out},
                 {"extra_decoding_ids", "integer", left_out},
                 {"temperature", "float", left_out}},
      .outputs = {{"sequences", "i32"},
                  {"sequences_scores", "f32", left_out},
                  {"scores", "f32", left_out},
                  {"cross_qk", "f32", left_out},
                  {"non_speech_probs", "f32", left_out}},
      .attributes = {{"model_type", int64_t{2}}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
