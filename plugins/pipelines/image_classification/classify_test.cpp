// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/image_classification/classify.h"
#include "tenon/plugin.h"

#include "plugins/pipelines/image_classification/rank.h"
#include "tenon/json.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>

// A model without an engine: one grey pixel in, three scores out.
struct tenon_model_ref {
  std::map<std::string, std::string, std::less<>> companions;
  int64_t n_inputs = 1;
  float seen = 0;
};

namespace tenon::image_classification {
namespace {

const tenon_models models = {
    .size = sizeof(tenon_models),
    .reserved = 0,
    .inputs = [](tenon_model_ref* model, const tenon_tensor_sink* sink) -> tenon_status {
      constexpr std::array<int64_t, 4> dims = {1, 1, 1, 1};
      for (int64_t i = 0; i < model->n_inputs; ++i) {
        const tenon_host_tensor tensor = host_tensor(TENON_F32, "x", dims, nullptr, 0);
        sink->tensor(sink->context, &tensor);
      }
      return TENON_OK;
    },
    .companion = [](tenon_model_ref* model, tenon_str name,
                    const tenon_byte_sink* sink) -> tenon_status {
      const auto found = model->companions.find(to_view(name));
      if (found == model->companions.end()) return TENON_UNSUPPORTED;
      return sink->write(sink->context, found->second.data(), found->second.size());
    },
    .run = [](tenon_model_ref* model, const tenon_host_tensor* inputs, uint64_t,
              const tenon_tensor_sink* outputs, const tenon_cancel*) -> tenon_status {
      model->seen = *static_cast<const float*>(inputs[0].data);
      const std::array<float, 3> scores = {1, 3, 2};
      constexpr std::array<int64_t, 2> dims = {1, 3};
      const tenon_host_tensor tensor =
          host_tensor(TENON_F32, "y", dims, scores.data(), sizeof scores);
      return outputs->tensor(outputs->context, &tensor);
    },
};

// One white pixel.
constexpr std::array<unsigned char, 58> bmp = {
    'B', 'M', 58, 0, 0, 0, 0, 0, 0,  0, 54, 0, 0, 0, 40,  0,   0,   0, 1, 0,
    0,   0,   1,  0, 0, 0, 1, 0, 24, 0, 0,  0, 0, 0, 4,   0,   0,   0, 0, 0,
    0,   0,   0,  0, 0, 0, 0, 0, 0,  0, 0,  0, 0, 0, 255, 255, 255, 0};

struct Answer {
  Status status;
  std::vector<Json> events;
};

Answer ask(tenon_model_ref& model, std::string_view parameters, uint64_t pictures = 1) {
  Answer answer;
  const std::vector<tenon_part> parts(pictures, {to_str("white.bmp"), bmp.data(), bmp.size()});
  const tenon_request request{sizeof request, 0,        to_str(parameters),
                              parts.data(),   pictures, nullptr};
  const tenon_event_sink sink{&answer.events, [](void* context, tenon_str json) -> tenon_status {
                                auto event = parse_json(to_view(json));
                                if (!event.ok()) return TENON_INTERNAL;
                                static_cast<std::vector<Json>*>(context)->push_back(*event);
                                return TENON_OK;
                              }};
  answer.status = classify(models, &model, request, sink);
  return answer;
}

TEST(Classify, one_event_for_each_picture_with_labels_and_probabilities) {
  tenon_model_ref model{{{"labels.txt", "zero\none\ntwo\n"}}};
  const Answer answer = ask(model, R"({"top": 2})", 2);
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  ASSERT_EQ(answer.events.size(), 2u);
  const Json& event = answer.events[0];
  EXPECT_EQ(event.text("event"), "result");
  EXPECT_EQ(event.text("part"), "white.bmp");
  ASSERT_EQ(event.array("top").size(), 2u);
  const Json& best = event.array("top")[0];
  EXPECT_EQ(best.integer("index", -1), 1);
  EXPECT_EQ(best.text("label"), "one");
  EXPECT_NEAR(best.number("score", 0), 1 / (1 + std::exp(-1.0) + std::exp(-2.0)), 1e-9);
}

TEST(Classify, the_config_beside_the_model_shapes_the_input_and_the_request_wins) {
  tenon_model_ref model{
      {{"preprocessor_config.json", R"({"image_mean": [0.5], "image_std": [0.25]})"}}};
  ASSERT_TRUE(ask(model, "").status.ok());
  EXPECT_FLOAT_EQ(model.seen, 2);
  ASSERT_TRUE(ask(model, R"({"invert": true})").status.ok());
  EXPECT_FLOAT_EQ(model.seen, -2);
}

TEST(Classify, without_labels_the_index_is_the_label) {
  tenon_model_ref model;
  EXPECT_EQ(ask(model, "{}").events.at(0).array("top").at(0).text("label"), "1");
}

TEST(Classify, a_damaged_config_is_named) {
  tenon_model_ref model{{{"preprocessor_config.json", "{"}}};
  const Status status = ask(model, "{}").status;
  ASSERT_FALSE(status.ok());
  EXPECT_TRUE(status.message().starts_with("preprocessor_config.json: ")) << status.message();
}

TEST(Classify, a_model_with_two_inputs_is_refused) {
  tenon_model_ref model{{}, 2};
  const Status status = ask(model, "{}").status;
  EXPECT_EQ(status.code(), Code::unsupported);
  EXPECT_EQ(status.message(), "the model has 2 inputs (x, x), expected one for a picture");
}

TEST(Rank, a_distribution_stays_as_it_is) {
  EXPECT_EQ(distribution({0.25, 0.75}), (std::vector<double>{0.25, 0.75}));
  EXPECT_NEAR(distribution({1000, 1000})[0], 0.5, 1e-12);
}

TEST(Rank, equal_scores_keep_their_order_and_nan_is_last) {
  const auto classes = highest({1, NAN, 2, 2}, 4);
  ASSERT_EQ(classes.size(), 4u);
  EXPECT_EQ(classes[0].index, 2);
  EXPECT_EQ(classes[1].index, 3);
  EXPECT_EQ(classes[2].index, 0);
  EXPECT_EQ(classes[3].index, 1);
}

TEST(Rank, the_first_of_a_batch_counts) {
  const std::array<float, 4> data = {1, 2, 3, 4};
  const std::array<int64_t, 3> dims = {2, 2, 1};
  const tenon_host_tensor tensor = host_tensor(TENON_F32, "y", dims, data.data(), sizeof data);
  EXPECT_EQ(*scores_of(tensor), (std::vector<double>{1, 2}));
}

}  // namespace
}  // namespace tenon::image_classification
