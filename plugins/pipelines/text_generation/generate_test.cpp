// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/text_generation/generate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

// A model without an engine: after a letter comes the next one of the alphabet.
struct tenon_model_ref {
  std::map<std::string, std::string, std::less<>> files;
  std::string facts = R"({"kind": "decoder", "context": 16, "vocabulary": 8})";
  int cancels_after = 1000;  // steps
  std::vector<std::vector<int32_t>> steps = {};
};

struct tenon_sequences {
  tenon_model_ref* model = nullptr;
  uint32_t open = 0;
};

namespace tenon::text_generation {
namespace {

// Tokens: 0 <s>, 1 </s>, 2 a, 3 b, 4 c, 5 d, 6 " e", 7 unknown.
constexpr std::string_view tokenizer_json = R"({
  "added_tokens": [
    {"id": 0, "content": "<s>", "special": true}, {"id": 1, "content": "</s>", "special": true}],
  "model": {"type": "WordLevel", "unk_token": "?",
            "vocab": {"<s>": 0, "</s>": 1, "a": 2, "b": 3, "c": 4, "d": 5, "e": 6, "?": 7}},
  "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated"},
  "decoder": {"type": "Fuse"}})";

const tenon_models models = {
    .size = sizeof(tenon_models),
    .reserved = 0,
    .inputs = nullptr,
    .companion = [](tenon_model_ref* model, tenon_str name,
                    const tenon_byte_sink* sink) -> tenon_status {
      const auto found = model->files.find(to_view(name));
      if (found == model->files.end()) return TENON_UNSUPPORTED;
      return sink->write(sink->context, found->second.data(), found->second.size());
    },
    .run = nullptr,
};

tenon_status step(tenon_sequences* pool, const tenon_step_entry* entries, uint64_t count,
                  const tenon_tensor_sink* logits, const tenon_cancel*) {
  tenon_model_ref& model = *pool->model;
  for (uint64_t i = 0; i < count; ++i) {
    const std::span<const int32_t> tokens(entries[i].tokens, entries[i].count);
    model.steps.emplace_back(tokens.begin(), tokens.end());
    if (static_cast<int>(model.steps.size()) > model.cancels_after) return TENON_CANCELLED;
    if (entries[i].want == TENON_WANT_NONE) continue;
    const int32_t next = tokens.back() == 6 ? 1 : std::min(tokens.back() + 1, 6);
    std::vector<float> row(8);
    row[static_cast<size_t>(next)] = 5;
    row[2] += 1;
    const std::array<int64_t, 2> dims = {1, 8};
    const tenon_host_tensor tensor =
        host_tensor(TENON_F32, "logits", dims, row.data(), row.size() * sizeof(float));
    if (logits->tensor(logits->context, &tensor) != TENON_OK) return TENON_INTERNAL;
  }
  return TENON_OK;
}

const tenon_sequences_table sequences = {
    .size = sizeof(tenon_sequences_table),
    .reserved = 0,
    .facts = [](tenon_model_ref* model, const tenon_byte_sink* sink) -> tenon_status {
      return sink->write(sink->context, model->facts.data(), model->facts.size());
    },
    .open = [](tenon_model_ref* model, uint64_t, uint32_t, uint32_t,
               tenon_sequences** pool) -> tenon_status {
      *pool = new tenon_sequences{model, 0};
      return TENON_OK;
    },
    .destroy = [](tenon_sequences* pool) { delete pool; },
    .create = [](tenon_sequences* pool, uint32_t* sequence) -> tenon_status {
      *sequence = pool->open++;
      return TENON_OK;
    },
    .fork = [](tenon_sequences* pool, uint32_t, uint32_t* sequence) -> tenon_status {
      *sequence = pool->open++;
      return TENON_OK;
    },
    .truncate = nullptr,
    .drop = [](tenon_sequences*, uint32_t) -> tenon_status { return TENON_OK; },
    .length = nullptr,
    .save = nullptr,
    .restore = nullptr,
    .encode = [](tenon_sequences* pool, uint32_t, const int32_t* tokens, uint64_t count,
                 const tenon_cancel*) -> tenon_status {
      pool->model->steps.emplace_back(tokens, tokens + count);
      return TENON_OK;
    },
    .step = step,
};

tenon_model_ref toy() {
  return {
      {{"tokenizer.json", std::string(tokenizer_json)},
       {"tokenizer_config.json",
        R"({"eos_token": "</s>", "chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}b"})"}}};
}

struct Answer {
  Status status;
  std::vector<Json> events;
  const Json& result() const { return events.back(); }
  std::string streamed() const {
    std::string text;
    for (size_t i = 0; i + 1 < events.size(); ++i) text += events[i].text("text");
    return text;
  }
};

Answer ask(tenon_model_ref& model, std::string_view parameters) {
  Answer answer;
  const tenon_request request{sizeof request, 0, to_str(parameters), nullptr, 0, nullptr};
  const tenon_event_sink sink{&answer.events, [](void* context, tenon_str json) -> tenon_status {
                                auto event = parse_json(to_view(json));
                                if (!event.ok()) return TENON_INTERNAL;
                                static_cast<std::vector<Json>*>(context)->push_back(*event);
                                return TENON_OK;
                              }};
  answer.status = generate({&models, &sequences, &model}, request, sink);
  return answer;
}

Answer answered(std::string_view parameters) {
  tenon_model_ref model = toy();
  Answer answer = ask(model, parameters);
  EXPECT_TRUE(answer.status.ok()) << answer.status.message();
  if (answer.events.empty()) answer.events.emplace_back(Json::object());
  return answer;
}

std::string refused(tenon_model_ref model, std::string_view parameters) {
  return std::string(ask(model, parameters).status.message());
}

TEST(Generate, streams_token_by_token_and_ends_where_the_model_ends) {
  const Answer answer = answered(R"({"prompt": "ab"})");
  EXPECT_EQ(answer.streamed(), "cde");
  EXPECT_EQ(answer.events[0].integer("token", -1), 4);
  EXPECT_EQ(answer.result().text("event"), "result");
  EXPECT_EQ(answer.result().text("text"), "cde");
  EXPECT_EQ(answer.result().text("finish_reason"), "stop");
  EXPECT_EQ(answer.result().find("prompt_ids")->dump(), "[2,3]");
  EXPECT_EQ(answer.result().find("ids")->dump(), "[4,5,6]");
  EXPECT_EQ(answer.result().find("timings")->integer("prompt_tokens", 0), 2);
  EXPECT_EQ(answer.result().find("timings")->integer("tokens", 0), 4);
}

TEST(Generate, ends_at_its_length_or_before_a_stop_text) {
  EXPECT_EQ(answered(R"({"prompt": "a", "max_tokens": 2})").result().text("finish_reason"),
            "length");
  const Answer stopped = answered(R"({"prompt": "a", "stop": ["cd"]})");
  EXPECT_EQ(stopped.streamed(), "b");
  EXPECT_EQ(stopped.result().text("finish_reason"), "stop");
  EXPECT_EQ(answered(R"({"prompt": "a", "max_tokens": 0})").result().text("text"), "");
}

TEST(Generate, a_chat_goes_through_the_models_template) {
  const Answer answer =
      answered(R"({"messages": [{"role": "user", "content": "a"}], "max_tokens": 1})");
  EXPECT_EQ(answer.result().find("prompt_ids")->dump(), "[2,3]");
  EXPECT_EQ(answered(R"({"prompt": "a", "chat": true, "max_tokens": 1})").result().text("text"),
            "c");
}

TEST(Generate, beams_give_the_most_probable_text) {
  EXPECT_EQ(answered(R"({"prompt": "ab", "num_beams": 3})").result().text("text"), "cde");
}

TEST(Generate, an_encoder_reads_the_prompt_first) {
  tenon_model_ref model = toy();
  model.facts = R"({"kind": "encoder-decoder", "context": 16, "generate": {"start": 2}})";
  const Answer answer = ask(model, R"({"prompt": "dd", "max_tokens": 2})");
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  EXPECT_EQ(model.steps.at(0), (std::vector<int32_t>{5, 5}));
  EXPECT_EQ(model.steps.at(1), (std::vector<int32_t>{2}));
  EXPECT_EQ(answer.result().text("text"), "bc");
}

TEST(Generate, models_with_an_encoder_follow_as_many_texts_as_their_authors_did) {
  tenon_model_ref model = toy();
  model.facts = R"({"kind": "encoder-decoder", "context": 16, "generate": {"start": 2}})";
  model.files["generation_config.json"] = R"({"num_beams": 3, "max_new_tokens": 3})";
  const Answer answer = ask(model, R"({"prompt": "dddddddddddddddd"})");
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  EXPECT_EQ(answer.result().text("text"), "bcd");
  EXPECT_EQ(refused(model, R"({"prompt": "ddddddddddddddddd"})"),
            "the prompt has 17 tokens, the model's context is 16");
}

TEST(Generate, a_cancelled_text_is_told_as_far_as_it_came) {
  tenon_model_ref model = toy();
  model.cancels_after = 2;
  const Answer answer = ask(model, R"({"prompt": "a"})");
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  EXPECT_EQ(answer.result().text("finish_reason"), "cancelled");
  EXPECT_EQ(answer.result().text("text"), "bc");
}

TEST(Generate, a_prompt_that_is_too_long_is_refused_with_both_numbers) {
  EXPECT_EQ(refused(toy(), R"({"prompt": "aaaaaaaaaaaaaaaaaa"})"),
            "the prompt has 18 tokens, the model's context is 16");
}

TEST(Generate, log_probabilities_come_with_each_token) {
  const Answer answer = answered(R"({"prompt": "a", "max_tokens": 1, "logprobs": 2})");
  EXPECT_LT(answer.events[0].number("logprob", 1), 0);
  ASSERT_EQ(answer.events[0].array("top").size(), 2u);
  EXPECT_EQ(answer.events[0].array("top")[0].text("piece"), "b");
}

TEST(Generate, requests_without_sense_are_refused_by_name) {
  EXPECT_EQ(refused(toy(), R"({})"),
            "request: expected \"prompt\", \"prompt_ids\" or \"messages\"");
  EXPECT_TRUE(refused(toy(), R"({"promt": "a"})").starts_with("request: unknown key \"promt\""));
  EXPECT_EQ(refused(toy(), R"({"prompt": ""})"),
            "the prompt is empty, and the model begins no text by itself");
  EXPECT_EQ(refused(toy(), R"({"prompt_ids": [99]})"), "prompt token 99, the tokenizer has 8");
  EXPECT_EQ(refused(toy(), R"({"prompt": "a", "max_tokens": -1})"),
            "\"max_tokens\": -1, expected a number from 0 on");
}

TEST(Generate, a_model_that_only_reads_is_refused) {
  tenon_model_ref model = toy();
  model.facts = R"({"kind": "encoder"})";
  EXPECT_EQ(refused(model, R"({"prompt": "a"})"),
            "the model is an encoder: it reads texts and writes none");
}

}  // namespace
}  // namespace tenon::text_generation
