// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/text_generation/prompt.h"

#include "chat/chat.h"

#include <algorithm>

namespace tenon::text_generation {

namespace {

// How many tokens follow a prompt when nothing says.
constexpr int64_t usual_tokens = 512;

Result<std::string> chat_text(const Request& request, const text::HostFiles& files,
                              const text::Tokenizer& tokenizer) {
  const bool has_tools = !request.tools.is_null();
  TENON_TRY_ASSIGN(const text::ChatTemplate chat_template,
                   text::open_chat_template(files, tokenizer, request.chat_template, has_tools));
  text::Chat chat;
  chat.messages = request.messages;
  chat.tools = request.tools;
  chat.more = request.template_names;
  chat.goes_on = request.continues;
  chat.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return chat_template.render(chat);
}

}  // namespace

Result<std::vector<int32_t>> prompt_ids(const Request& request, const text::HostFiles& files,
                                        const text::Tokenizer& tokenizer) {
  std::vector<int32_t> ids = request.prompt_ids;
  if (!request.messages.is_null()) {
    TENON_TRY_ASSIGN(const std::string text, chat_text(request, files, tokenizer));
    // Templates print the token that begins a text themselves, most of them.
    const auto bos = tokenizer.special().bos;
    const bool begins =
        bos && !tokenizer.spelling(*bos).empty() && text.starts_with(tokenizer.spelling(*bos));
    TENON_TRY_ASSIGN(ids, tokenizer.encode(text, {.special = !begins, .parse_special = true}));
  } else if (ids.empty()) {
    TENON_TRY_ASSIGN(ids, tokenizer.encode(request.prompt));
  }
  if (ids.empty()) return invalid("the prompt is empty, and the model begins no text by itself");
  for (const int32_t id : ids) {
    if (id >= tokenizer.size()) {
      return invalid("prompt token {}, the tokenizer has {}", id, tokenizer.size());
    }
  }
  return ids;
}

Result<size_t> room_behind(const std::vector<int32_t>& prompt, int64_t context,
                           std::optional<int64_t> max_tokens) {
  const auto count = static_cast<int64_t>(prompt.size());
  const int64_t wanted = max_tokens.value_or(usual_tokens);
  if (context <= 0) return static_cast<size_t>(wanted);
  if (count >= context) {
    return invalid("the prompt has {} tokens, the model's context is {}", count, context);
  }
  return static_cast<size_t>(std::min(wanted, context - count));
}

Result<size_t> room_beside(const std::vector<int32_t>& prompt, int64_t context,
                           std::optional<int64_t> max_tokens) {
  const auto count = static_cast<int64_t>(prompt.size());
  if (context > 0 && count > context) {
    return invalid("the prompt has {} tokens, the model's context is {}", count, context);
  }
  const int64_t wanted = max_tokens.value_or(usual_tokens);
  return static_cast<size_t>(context > 0 ? std::min(wanted, context - 1) : wanted);
}

std::vector<int32_t> ending_ids(const text::Tokenizer& tokenizer, const Json& generation_config) {
  std::vector<int32_t> ids = tokenizer.special().end;
  const auto add = [&](const Json& id) {
    const auto number = id.integer();
    if (number && *number >= 0 && *number <= INT32_MAX) {
      ids.push_back(static_cast<int32_t>(*number));
    }
  };
  if (const Json* given = generation_config.find("eos_token_id")) {
    add(*given);
    for (const Json& id : given->array_items()) add(id);
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace tenon::text_generation
