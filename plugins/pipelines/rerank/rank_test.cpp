// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/rerank/rank.h"

#include "host/toy_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace tenon::rerank {
namespace {

// How many b.
std::vector<float> count(const std::vector<int64_t>& ids, std::vector<int64_t>& dims) {
  dims = {1, 1};
  return {static_cast<float>(std::ranges::count(ids, 3))};
}

tenon_model_ref toy() { return {count, "logits", {{"tokenizer.json", text::toy_tokenizer()}}}; }

TEST(Rerank, the_best_passage_comes_first) {
  tenon_model_ref model = toy();
  const auto answer =
      text::ask_toy(rank, model, R"({"query": "a", "documents": ["a", "bbb", "b"], "top": 2})");
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  const auto& results = answer.events[0].array("results");
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].integer("index", -1), 1);
  EXPECT_NEAR(results[0].number("score", 0), 1 / (1 + std::exp(-3.0)), 1e-9);
  EXPECT_EQ(results[1].integer("index", -1), 2);
}

TEST(Rerank, a_request_without_passages_is_refused) {
  tenon_model_ref model = toy();
  EXPECT_EQ(text::ask_toy(rank, model, R"({"query": "a"})").status.message(),
            "request: expected \"query\", a text, and \"documents\", texts");
}

TEST(Rerank, a_model_of_many_classes_is_refused) {
  tenon_model_ref model = toy();
  model.answer = [](const std::vector<int64_t>&, std::vector<int64_t>& dims) {
    dims = {1, 3};
    return std::vector<float>{1, 2, 3};
  };
  EXPECT_EQ(text::ask_toy(rank, model, R"({"query": "a", "documents": ["b"]})").status.message(),
            "the model has 3 classes, expected one number for a pair");
}

}  // namespace
}  // namespace tenon::rerank
