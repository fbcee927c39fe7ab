// SPDX-License-Identifier: Apache-2.0
#include "chat/chat.h"

#include <gtest/gtest.h>

namespace tenon::text {
namespace {

Json message(std::string_view role, Json content) {
  return Json::object({{"role", role}, {"content", std::move(content)}});
}

Chat chat_of(Json messages) {
  Chat chat;
  chat.messages = std::move(messages);
  return chat;
}

const Json conversation = Json::array({message("system", "S"), message("user", "U"),
                                       message("assistant", "A"), message("user", "V")});

std::string render(std::string_view source, const Chat& chat) {
  const auto made =
      ChatTemplate::parse(source, Json::object({{"bos_token", "<s>"}, {"eos_token", "</s>"}}));
  if (!made.ok()) return fmt::format("error: {}", made.status().message());
  const auto text = made->render(chat);
  return text.ok() ? *text : fmt::format("error: {}", text.status().message());
}

std::string with_format(std::string_view name, const Chat& chat) {
  const std::string_view* source = chat_format(name);
  return source == nullptr ? "no such format" : render(*source, chat);
}

TEST(ChatFormats, each_looks_as_its_models_were_trained) {
  const Chat chat = chat_of(conversation);
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"chatml",
       "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n"
       "A<|im_end|>\n<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n"},
      {"llama2", "<s>[INST] <<SYS>>\nS\n<</SYS>>\n\nU [/INST] A </s><s>[INST] V [/INST]"},
      {"mistral-v1", "<s> [INST] S\n\nU [/INST] A</s> [INST] V [/INST]"},
      {"mistral-v3", "<s>[INST] S\n\nU[/INST] A</s>[INST] V[/INST]"},
      {"mistral-v3-tekken", "<s>[INST]S\n\nU[/INST]A</s>[INST]V[/INST]"},
      {"mistral-v7", "<s>[SYSTEM_PROMPT] S[/SYSTEM_PROMPT][INST] U[/INST] A</s>[INST] V[/INST]"},
      {"gemma",
       "<s><start_of_turn>user\nS\n\nU<end_of_turn>\n<start_of_turn>model\nA<end_of_turn>\n"
       "<start_of_turn>user\nV<end_of_turn>\n<start_of_turn>model\n"},
      {"phi3",
       "<|system|>\nS<|end|>\n<|user|>\nU<|end|>\n<|assistant|>\nA<|end|>\n<|user|>\nV<|end|>\n"
       "<|assistant|>\n"},
      {"vicuna", "S USER: U ASSISTANT: A</s>USER: V ASSISTANT:"},
      {"chatglm3",
       "[gMASK]sop<|system|>\n S<|user|>\n U<|assistant|>\n A<|user|>\n V<|assistant|>"},
      {"gpt-oss",
       "<|start|>system<|message|>S<|end|><|start|>user<|message|>U<|end|><|start|>assistant"
       "<|channel|>final<|message|>A<|end|><|start|>user<|message|>V<|end|><|start|>assistant"},
  };
  for (const auto& [name, text] : rows) EXPECT_EQ(with_format(name, chat), text) << name;
}

TEST(ChatFormats, a_template_that_cannot_be_read_tells_its_format) {
  EXPECT_EQ(likely_chat_format("{% broken '<|im_start|>'"), "chatml");
  EXPECT_EQ(likely_chat_format("<<SYS>> [INST]"), "llama2");
  EXPECT_EQ(likely_chat_format("nothing known"), "");
}

// Like those of Mistral and Gemma: no system role, texts only.
constexpr std::string_view strict =
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif "
    "%}"
    "[{{ m.role }}:{{ m.content }}]{% endfor %}";

TEST(ChatTemplate, a_system_message_that_is_not_read_goes_into_the_first_question) {
  EXPECT_EQ(render(strict, chat_of(conversation)), "[user:S\n\nU][assistant:A][user:V]");
}

TEST(ChatTemplate, parts_are_joined_where_only_texts_are_read) {
  const Json parts = Json::array({Json::object({{"type", "text"}, {"text", "a"}}),
                                  Json::object({{"type", "text"}, {"text", "b"}})});
  EXPECT_EQ(render(strict, chat_of(Json::array({message("user", parts)}))), "[user:ab]");
}

TEST(ChatTemplate, texts_become_parts_where_only_parts_are_read) {
  EXPECT_EQ(render("{% for m in messages %}{% for p in m.content %}{{ p.text }};{% endfor %}"
                   "{% endfor %}",
                   chat_of(Json::array({message("user", "hi")}))),
            "hi;");
}

TEST(ChatTemplate, tools_that_are_not_read_are_described_in_words) {
  Chat chat = chat_of(Json::array({message("user", "U")}));
  chat.tools = Json::array(
      {Json::object({{"type", "function"}, {"function", Json::object({{"name", "look"}})}})});
  const std::string text = render(strict, chat);
  EXPECT_NE(text.find("\"name\":\"look\""), text.npos) << text;
  EXPECT_EQ(render("{% for t in tools %}{{ t.function.name }}{% endfor %}", chat), "look");
}

TEST(ChatTemplate, arguments_given_as_text_are_not_encoded_twice) {
  Json row = message("assistant", nullptr);
  row.set("tool_calls",
          Json::array({Json::object({{"function", Json::object({{"arguments", "{\"a\": 1}"}})}})}));
  EXPECT_EQ(render("{{ messages[0].tool_calls[0].function.arguments|tojson }}",
                   chat_of(Json::array({row}))),
            "{\"a\": 1}");
}

TEST(ChatTemplate, a_message_may_go_on) {
  Chat chat = chat_of(Json::array({message("user", "U"), message("assistant", "Once ")}));
  chat.goes_on = true;
  EXPECT_EQ(with_format("chatml", chat),
            "<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nOnce ");
}

TEST(ChatTemplate, messages_of_another_form_are_refused) {
  EXPECT_EQ(render(strict, chat_of(Json("hi"))), "error: messages: text, expected an array");
  EXPECT_EQ(render(strict, chat_of(Json::array({1}))),
            "error: messages: 1, expected {\"role\": ..., \"content\": ...}");
}

}  // namespace
}  // namespace tenon::text
