// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/text_classification/classify.h"

#include "host/toy_encoder.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tenon::text_classification {
namespace {

// Two classes: how many a, how many b.
std::vector<float> counts(const std::vector<int64_t>& ids, std::vector<int64_t>& dims) {
  dims = {1, 2};
  std::vector<float> logits = {0, 0};
  for (const int64_t id : ids) {
    if (id == 2 || id == 3) logits[static_cast<size_t>(id - 2)] += 1;
  }
  return logits;
}

tenon_model_ref toy() {
  return {counts,
          "logits",
          {{"tokenizer.json", text::toy_tokenizer()},
           {"config.json", R"({"id2label": {"0": "many a", "1": "many b"}})"}}};
}

TEST(ClassifyText, classes_have_the_names_of_the_config_and_add_up_to_one) {
  tenon_model_ref model = toy();
  const auto answer = text::ask_toy(classify, model, R"({"input": "abb"})");
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  const auto& top = answer.events[0].array("top");
  ASSERT_EQ(top.size(), 2u);
  EXPECT_EQ(top[0].text("label"), "many b");
  EXPECT_NEAR(top[0].number("score", 0), 1 / (1 + std::exp(-1.0)), 1e-9);
  EXPECT_NEAR(top[0].number("score", 0) + top[1].number("score", 0), 1, 1e-12);
}

TEST(ClassifyText, classes_that_do_not_exclude_each_other_stand_alone) {
  tenon_model_ref model = toy();
  model.files["config.json"] = R"({"problem_type": "multi_label_classification"})";
  const auto answer = text::ask_toy(classify, model, R"({"input": "abb", "top": 1})");
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  ASSERT_EQ(answer.events[0].array("top").size(), 1u);
  EXPECT_EQ(answer.events[0].array("top")[0].text("label"), "1");
  EXPECT_NEAR(answer.events[0].array("top")[0].number("score", 0), 1 / (1 + std::exp(-2.0)), 1e-9);
}

TEST(ClassifyText, pairs_are_read_together) {
  tenon_model_ref model = toy();
  const auto answer = text::ask_toy(
      classify, model, R"({"input": [{"text": "a", "pair": "aa"}], "function": "none"})");
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  EXPECT_EQ(answer.events[0].array("top")[0].number("score", 0), 3);
}

TEST(ClassifyText, a_model_without_a_head_is_refused) {
  tenon_model_ref model = toy();
  model.answer = [](const std::vector<int64_t>&, std::vector<int64_t>& dims) {
    dims = {1, 1, 2};
    return std::vector<float>{1, 2};
  };
  EXPECT_EQ(text::ask_toy(classify, model, R"({"input": "a"})").status.message(),
            "the model has no head for classes, expected an output \"logits\" [1, classes]");
}

}  // namespace
}  // namespace tenon::text_classification
