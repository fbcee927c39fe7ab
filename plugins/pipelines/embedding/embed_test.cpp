// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/embedding/embed.h"

#include "host/toy_encoder.h"

#include <gtest/gtest.h>

namespace tenon::embedding {
namespace {

// Each token's vector: its id, its place, 1.
std::vector<float> vectors(const std::vector<int64_t>& ids, std::vector<int64_t>& dims) {
  dims = {1, static_cast<int64_t>(ids.size()), 3};
  std::vector<float> rows;
  for (size_t i = 0; i < ids.size(); ++i) {
    rows.insert(rows.end(), {static_cast<float>(ids[i]), static_cast<float>(i), 1});
  }
  return rows;
}

tenon_model_ref toy() {
  return {vectors, "last_hidden_state", {{"tokenizer.json", text::toy_tokenizer()}}};
}

std::string vector_for(tenon_model_ref model, std::string_view parameters) {
  const auto answer = text::ask_toy(embed, model, parameters);
  if (!answer.status.ok()) return std::string(answer.status.message());
  const Json* vector = answer.events[0].find("embedding");
  return vector == nullptr ? "none" : vector->dump();
}

// "ab" is [CLS] a b [SEP]: ids 0 2 3 1.
TEST(Embed, tokens_become_one_vector_in_the_way_that_is_asked_for) {
  const auto ask = [](std::string_view pooling) {
    return vector_for(toy(), fmt::format(R"({{"input": "ab", "normalize": false,
                                             "pooling": "{}"}})",
                                         pooling));
  };
  EXPECT_EQ(ask("mean"), "[1.5,1.5,1.0]");
  EXPECT_EQ(ask("cls"), "[0.0,0.0,1.0]");
  EXPECT_EQ(ask("last"), "[1.0,3.0,1.0]");
  EXPECT_EQ(ask("max"), "[3.0,3.0,1.0]");
  EXPECT_EQ(ask("mean_sqrt_len"), "[3.0,3.0,2.0]");
  EXPECT_EQ(ask("sum"), "request: pooling \"sum\", expected mean, cls, last, max or mean_sqrt_len");
}

TEST(Embed, the_models_files_say_how_and_the_request_wins) {
  tenon_model_ref model = toy();
  model.files["modules.json"] = R"([
      {"path": "", "type": "sentence_transformers.models.Transformer"},
      {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])";
  model.files["1_Pooling/config.json"] = R"({"pooling_mode_cls_token": true})";
  EXPECT_EQ(vector_for(model, R"({"input": "ab"})"), "[0.0,0.0,1.0]");
  EXPECT_EQ(vector_for(model, R"({"input": "ab", "pooling": "max"})"), "[3.0,3.0,1.0]");
  model.files["modules.json"] = R"([{"path": "2_Dense", "type": "x.models.Dense"}])";
  EXPECT_EQ(vector_for(model, R"({"input": "ab"})"),
            "modules.json: \"x.models.Dense\", expected Transformer, Pooling and Normalize");
}

TEST(Embed, vectors_are_cut_before_they_are_normalised) {
  EXPECT_EQ(vector_for(toy(), R"({"input": "ab", "pooling": "last", "dimensions": 1})"), "[1.0]");
  EXPECT_EQ(vector_for(toy(), R"({"input": "ab", "dimensions": 4})"),
            "4 dimensions are wanted, the model has 3");
}

TEST(Embed, every_text_of_a_list_has_its_vector) {
  tenon_model_ref model = toy();
  const auto answer = text::ask_toy(embed, model, R"({"input": ["a", "bc"]})");
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  ASSERT_EQ(answer.events.size(), 2u);
  EXPECT_EQ(answer.events[1].integer("index", -1), 1);
  EXPECT_EQ(answer.events[1].integer("tokens", -1), 4);
}

TEST(Embed, a_text_that_is_too_long_is_refused_with_both_numbers) {
  tenon_model_ref model = toy();
  model.files["sentence_bert_config.json"] = R"({"max_seq_length": 4})";
  EXPECT_EQ(vector_for(model, R"({"input": "abc"})"),
            "the text has 5 tokens, the model reads 4 at most");
}

}  // namespace
}  // namespace tenon::embedding
