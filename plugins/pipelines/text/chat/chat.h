// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jinja/template.h"
#include "tokenizer.h"

// Chats as text: the messages of a conversation through the template that the model brings, or
// through a well-known format by name. Does not change once it is made. [any thread]
namespace tenon::text {

struct Chat {
  Json messages = Json::array();  // {role, content, tool_calls, ...} as the chat APIs have them
  Json tools;                     // function schemas, or null
  Json documents;                 // or null
  Json more = Json::object();     // further names for the template: {"enable_thinking": false}
  bool asks_for_answer = true;    // ends with the beginning of the assistant's message
  bool goes_on = false;           // ends inside the last message instead
  std::chrono::sys_seconds now = {};
};

class ChatTemplate {
 public:
  // tokens: the special tokens that templates print, {"bos_token": "<s>", ...}.
  static Result<ChatTemplate> parse(std::string_view source, Json tokens);

  // The whole text. What the template does not read is told it in another way: parts of a message
  // are joined, the system message goes into the first one of the user, tools are described in
  // words.
  Result<std::string> render(const Chat& chat) const;

 private:
  ChatTemplate(jinja::Template parsed, Json tokens)
      : template_(std::move(parsed)), tokens_(std::move(tokens)) {}

  Result<std::string> render_as_is(const Chat& chat, const Json& messages) const;
  bool shows(const Json& messages, const Json& tools, std::string_view what) const;
  Json adapted(const Chat& chat) const;

  jinja::Template template_;
  Json tokens_;
};

// Template text of a well-known format ("chatml", "llama3"), or null.
const std::string_view* chat_format(std::string_view name);
// The names that chat_format() knows, joined by commas.
std::string chat_format_names();
// The format that a template which cannot be read seems to be of; empty when none is told by it.
std::string_view likely_chat_format(std::string_view source);

// The template of the model's files: "chat_template.jinja", tokenizer_config.json or GGUF's
// metadata; of named ones "tool_use" where tools are given, else "default". format: one by name
// instead, or a Jinja text. Fails when the files have none and none is given.
Result<ChatTemplate> open_chat_template(const Files& files, const Tokenizer& tokenizer,
                                        std::string_view format = {}, bool has_tools = false);

}  // namespace tenon::text
