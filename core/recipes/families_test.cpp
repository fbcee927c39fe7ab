// SPDX-License-Identifier: Apache-2.0
#include "core/graph/text.h"
#include "core/passes/pass.h"
#include "core/recipes/recipes_test.h"

#include <gtest/gtest.h>

// The recipes of the tree over made-up files.
namespace tenon {
namespace {

struct Made {
  std::string_view name;
  std::string_view config;
  std::string_view document = "hf";
};

// A config.json for each family, as small as can be.
constexpr Made families[] = {
    {"llama", R"({"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 2,
      "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 6, "vocab_size": 5,
      "rms_norm_eps": 1e-5, "max_position_embeddings": 16, "rope_scaling": {"rope_type": "llama3",
      "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
      "original_max_position_embeddings": 8}})"},
    {"llama", R"({"model_type": "mistral", "hidden_size": 8, "num_hidden_layers": 1,
      "num_attention_heads": 2, "intermediate_size": 6, "vocab_size": 5, "rms_norm_eps": 1e-5,
      "max_position_embeddings": 16, "sliding_window": 4, "rope_theta": 1e6})"},
    {"qwen2", R"({"model_type": "qwen2", "hidden_size": 8, "num_hidden_layers": 2,
      "num_attention_heads": 2, "intermediate_size": 6, "vocab_size": 5, "rms_norm_eps": 1e-5,
      "max_position_embeddings": 16, "use_sliding_window": true, "sliding_window": 4,
      "max_window_layers": 1})"},
    {"qwen3", R"({"model_type": "qwen3", "hidden_size": 8, "num_hidden_layers": 1, "head_dim": 6,
      "num_attention_heads": 2, "intermediate_size": 6, "vocab_size": 5, "rms_norm_eps": 1e-5,
      "max_position_embeddings": 16, "rope_scaling": {"type": "yarn", "factor": 4,
      "original_max_position_embeddings": 4}})"},
    {"gemma", R"({"model_type": "gemma", "hidden_size": 8, "num_hidden_layers": 1, "head_dim": 4,
      "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 6, "vocab_size": 5,
      "rms_norm_eps": 1e-6, "max_position_embeddings": 16})"},
    {"gemma", R"({"model_type": "gemma2", "hidden_size": 8, "num_hidden_layers": 2, "head_dim": 4,
      "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 6, "vocab_size": 5,
      "rms_norm_eps": 1e-6, "max_position_embeddings": 16, "sliding_window": 4,
      "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
      "query_pre_attn_scalar": 4})"},
    {"gemma3", R"({"model_type": "gemma3_text", "hidden_size": 8, "num_hidden_layers": 7,
      "head_dim": 4, "num_attention_heads": 2, "num_key_value_heads": 1, "intermediate_size": 6,
      "vocab_size": 5, "rms_norm_eps": 1e-6, "max_position_embeddings": 16, "sliding_window": 4,
      "rope_local_base_freq": 10000, "rope_theta": 1e6,
      "rope_scaling": {"rope_type": "linear", "factor": 8}})"},
    {"phi3", R"({"model_type": "phi3", "hidden_size": 8, "num_hidden_layers": 1,
      "num_attention_heads": 2, "num_key_value_heads": 2, "intermediate_size": 6, "vocab_size": 5,
      "rms_norm_eps": 1e-5, "max_position_embeddings": 16, "original_max_position_embeddings": 8,
      "rope_scaling": {"type": "longrope", "short_factor": [1, 1], "long_factor": [1.5, 2]}})"},
    {"gpt2", R"({"model_type": "gpt2", "n_embd": 8, "n_layer": 1, "n_head": 2, "n_positions": 16,
      "n_inner": null, "vocab_size": 5, "layer_norm_epsilon": 1e-5})"},
    {"gptj", R"({"model_type": "gptj", "n_embd": 16, "n_layer": 1, "n_head": 2, "rotary_dim": 4,
      "n_positions": 16, "vocab_size": 5, "layer_norm_epsilon": 1e-5})"},
    {"gpt_neox", R"({"model_type": "gpt_neox", "hidden_size": 16, "num_hidden_layers": 1,
      "num_attention_heads": 2, "intermediate_size": 12, "rotary_pct": 0.25, "vocab_size": 5,
      "max_position_embeddings": 16, "layer_norm_eps": 1e-5, "use_parallel_residual": true})"},
    {"mixtral", R"({"model_type": "mixtral", "hidden_size": 8, "num_hidden_layers": 1,
      "num_attention_heads": 2, "intermediate_size": 6, "vocab_size": 5, "rms_norm_eps": 1e-5,
      "max_position_embeddings": 16, "num_local_experts": 3, "num_experts_per_tok": 2})"},
    {"bert", R"({"model_type": "bert", "hidden_size": 8, "num_hidden_layers": 1,
      "num_attention_heads": 2, "intermediate_size": 6, "vocab_size": 5, "layer_norm_eps": 1e-12,
      "max_position_embeddings": 16, "type_vocab_size": 2})"},
    {"bert", R"({"model_type": "roberta", "hidden_size": 8, "num_hidden_layers": 1,
      "num_attention_heads": 2, "intermediate_size": 6, "vocab_size": 5, "layer_norm_eps": 1e-5,
      "max_position_embeddings": 18, "type_vocab_size": 1, "pad_token_id": 1})"},
    {"t5", R"({"model_type": "t5", "d_model": 8, "num_layers": 2, "num_heads": 2, "d_kv": 3,
      "d_ff": 6, "vocab_size": 5, "layer_norm_epsilon": 1e-6, "decoder_start_token_id": 0,
      "relative_attention_num_buckets": 8})"},
    {"glm_130b", R"({"model_type": "glm-130b", "hidden_size": 8, "num_layers": 2,
      "num_attention_heads": 2, "inner_hidden_size": 6, "vocab_size": 5})"},
    {"mamba", R"({"model_type": "mamba", "hidden_size": 8, "num_hidden_layers": 1,
      "intermediate_size": 16, "state_size": 4, "conv_kernel": 4, "time_step_rank": 2,
      "vocab_size": 5, "layer_norm_epsilon": 1e-5})"},
    {"whisper", R"({"model_type": "whisper", "d_model": 8, "encoder_layers": 1, "decoder_layers": 1,
      "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 6,
      "decoder_ffn_dim": 6, "num_mel_bins": 4, "max_source_positions": 6,
      "max_target_positions": 16, "vocab_size": 5, "decoder_start_token_id": 1})"},
    {"qwen2",
     R"({"general": {"architecture": "qwen2"}, "qwen2": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "attention": {"head_count": 2, "layer_norm_rms_epsilon": 1e-5}}})",
     "gguf"},
    {"qwen3",
     R"({"general": {"architecture": "qwen3"}, "qwen3": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "attention": {"head_count": 2, "layer_norm_rms_epsilon": 1e-5}}})",
     "gguf"},
    {"gemma",
     R"({"general": {"architecture": "gemma2"}, "gemma2": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "attention": {"head_count": 2, "head_count_kv": 1, "key_length": 4,
      "layer_norm_rms_epsilon": 1e-6, "sliding_window": 4}, "attn_logit_softcapping": 50.0,
      "final_logit_softcapping": 30.0}})",
     "gguf"},
    {"gemma3",
     R"({"general": {"architecture": "gemma3"}, "gemma3": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "attention": {"head_count": 2, "head_count_kv": 1, "key_length": 4,
      "layer_norm_rms_epsilon": 1e-6, "sliding_window": 4}, "rope": {"freq_base": 1000000.0}}})",
     "gguf"},
    {"phi3",
     R"({"general": {"architecture": "phi3"}, "phi3": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "attention": {"head_count": 2, "layer_norm_rms_epsilon": 1e-5}}})",
     "gguf"},
    {"gpt2",
     R"({"general": {"architecture": "gpt2"}, "gpt2": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "attention": {"head_count": 2, "layer_norm_epsilon": 1e-5}}})",
     "gguf"},
    {"gptj",
     R"({"general": {"architecture": "gptj"}, "gptj": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "attention": {"head_count": 2, "layer_norm_epsilon": 1e-5}, "rope": {"dimension_count": 2}}})",
     "gguf"},
    {"gpt_neox",
     R"({"general": {"architecture": "gptneox"}, "gptneox": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "attention": {"head_count": 2, "layer_norm_epsilon": 1e-5}, "rope": {"dimension_count": 2},
      "use_parallel_residual": false}})",
     "gguf"},
    {"mixtral",
     R"({"general": {"architecture": "llama"}, "llama": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "expert_count": 3, "expert_used_count": 2,
      "attention": {"head_count": 2, "layer_norm_rms_epsilon": 1e-5}}})",
     "gguf"},
    {"bert",
     R"({"general": {"architecture": "bert"}, "bert": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "pooling_type": 2, "attention": {"head_count": 2, "layer_norm_epsilon": 1e-5}}})",
     "gguf"},
    {"t5", R"({"general": {"architecture": "t5"}, "t5": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "attention": {"head_count": 2, "key_length": 3,
      "layer_norm_rms_epsilon": 1e-6, "relative_buckets_count": 8}, "decoder_start_token_id": 0}})",
     "gguf"},
    {"mamba",
     R"({"general": {"architecture": "mamba"}, "mamba": {"embedding_length": 8, "block_count": 2,
      "context_length": 16, "feed_forward_length": 6, "attention": {"layer_norm_rms_epsilon": 1e-5},
      "ssm": {"conv_kernel": 4, "inner_size": 16, "state_size": 4, "time_step_rank": 2}}})",
     "gguf"},
};

class Families : public testing::TestWithParam<Made> {};

TEST_P(Families, build_graphs_that_the_passes_take) {
  WeightFile file;
  const bool is_gguf = GetParam().document == "gguf";
  recipes::add_document(file, std::string(GetParam().document), GetParam().config);
  if (is_gguf) {
    recipes::add_tensor(file, "token_embd.weight", {5, 8});
    if (GetParam().name == "bert") recipes::add_tensor(file, "position_embd.weight", {16, 8});
  } else if (GetParam().config.find("roberta") != std::string_view::npos) {
    recipes::add_tensor(file, "roberta.embeddings.position_embeddings.weight", {18, 8});
  } else if (GetParam().name == "bert") {
    recipes::add_tensor(file, "embeddings.position_embeddings.weight", {16, 8});
  }
  auto family = recipes::build_with_what_it_misses(recipes::tree_recipes(), file);
  ASSERT_TRUE(family.ok()) << family.status().message();
  EXPECT_EQ(family->recipe, GetParam().name);
  EXPECT_EQ(family->facts.find("unused")->array_items().size(), 0u) << family->facts.dump();
  EXPECT_EQ(family->facts.integer("vocabulary", 0), 5);
  EXPECT_GT(family->facts.integer("context", 0), 0);
  for (auto& [name, graph] : family->graphs) {
    const Status passed = run_passes(graph, {});
    EXPECT_TRUE(passed.ok()) << name << ": " << passed.message();
  }
}

INSTANTIATE_TEST_SUITE_P(Recipes, Families, testing::ValuesIn(families), [](const auto& info) {
  return std::string(info.param.name) + std::to_string(info.index);
});

TEST(FamilyOfRecipe, states_are_inputs_and_outputs_of_a_graph) {
  WeightFile file;
  recipes::add_document(file, "hf", families[0].config);
  const auto with = recipes::build_with_what_it_misses(recipes::tree_recipes(), file);
  ASSERT_TRUE(with.ok()) << with.status().message();
  const Graph& graph = with->graphs[0].second;
  ASSERT_EQ(graph.states.size(), 4u);
  EXPECT_EQ(graph.states[0].name, "kv.0.key");
  EXPECT_EQ(graph.main().outputs.size(), 5u);
}

// Written down once, so that a change of what recipes make is seen: families_test.txt.
TEST(FamilyOfRecipe, a_layer_of_llama_is_these_nodes) {
  WeightFile file;
  recipes::add_document(file, "gguf", R"({"general": {"architecture": "llama"}, "llama":
    {"embedding_length": 4, "block_count": 1, "context_length": 8, "feed_forward_length": 6,
     "attention": {"head_count": 2, "head_count_kv": 1, "layer_norm_rms_epsilon": 0.5}}})");
  recipes::add_tensor(file, "token_embd.weight", {5, 4});
  const auto family = recipes::build_with_what_it_misses(recipes::tree_recipes(), file);
  ASSERT_TRUE(family.ok()) << family.status().message();
  std::string text = to_text(family->graphs[0].second);
  std::string nodes;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    if (!line.starts_with("constant")) nodes += line + "\n";
    begin = end + 1;
  }
  EXPECT_EQ(nodes, *read_file(TENON_SOURCE_DIR "/core/recipes/families_test.txt", 1 << 20));
}

}  // namespace
}  // namespace tenon
