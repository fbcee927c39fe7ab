// SPDX-License-Identifier: Apache-2.0
#include "chat/chat.h"
#include "tenon/gguf.h"
#include "tokenizer/special.h"

namespace tenon::text {

namespace {

// Templates by name; the only one of a model is "default".
using Sources = std::vector<std::pair<std::string, std::string>>;

const std::string* source_named(const Sources& sources, std::string_view name) {
  for (const auto& [key, source] : sources) {
    if (key == name) return &source;
  }
  return nullptr;
}

Result<Json> config_of(const Files& files) {
  const auto text = files.read("tokenizer_config.json");
  if (!text) return Json::object();
  auto config = parse_config(*text);
  if (!config.ok()) return config.status().at("tokenizer_config.json");
  return config;
}

// "chat_template": a text, or [{"name": ..., "template": ...}].
void add_sources(const Json& config, Sources& sources) {
  const Json* given = config.find("chat_template");
  if (given == nullptr) return;
  if (const auto text = given->text()) sources.emplace_back("default", *text);
  for (const Json& row : given->array_items()) {
    sources.emplace_back(row.text("name"), row.text("template"));
  }
}

Status add_gguf_sources(const Files& files, Sources& sources) {
  const auto bytes = files.read("header.gguf");
  if (!bytes) return {};
  const auto header = gguf::read_header(*bytes, gguf::unknown_size);
  if (!header.ok()) return header.status().at("header.gguf");
  constexpr std::string_view key = "tokenizer.chat_template";
  for (const gguf::Entry& entry : header->entries) {
    const auto text = entry.value.text();
    if (!text || !entry.key.starts_with(key)) continue;
    const std::string_view rest = entry.key.substr(key.size());
    sources.emplace_back(rest.empty() ? "default" : rest.substr(1), *text);
  }
  return {};
}

void set_token(Json& tokens, std::string_view name, const Tokenizer& tokenizer,
               std::optional<int32_t> id) {
  if (id) tokens.set(name, tokenizer.spelling(*id));
}

// {"bos_token": "<s>", ...}: what the tokenizer says, and the spellings of its configuration.
Json tokens_of(const Json& config, const Tokenizer& tokenizer) {
  const SpecialIds& ids = tokenizer.special();
  Json tokens = Json::object();
  set_token(tokens, "bos_token", tokenizer, ids.bos);
  set_token(tokens, "eos_token", tokenizer, ids.eos);
  set_token(tokens, "pad_token", tokenizer, ids.pad);
  set_token(tokens, "unk_token", tokenizer, ids.unk);
  for (const auto& [name, value] : config.members()) {
    if (!name.ends_with("_token")) continue;
    if (value.is_text()) tokens.set(name, value);
    if (value.is_object()) tokens.set(name, value.text("content"));
  }
  return tokens;
}

}  // namespace

Result<ChatTemplate> open_chat_template(const Files& files, const Tokenizer& tokenizer,
                                        std::string_view format, bool has_tools) {
  TENON_TRY_ASSIGN(const Json config, config_of(files));
  const Json tokens = tokens_of(config, tokenizer);
  if (const std::string_view* known = chat_format(format)) {
    return ChatTemplate::parse(*known, tokens);
  }
  if (!format.empty()) {
    if (format.find("{{") != format.npos || format.find("{%") != format.npos) {
      return ChatTemplate::parse(format, tokens);
    }
    return invalid("there is no chat format \"{}\"; formats are: {}", format, chat_format_names());
  }
  Sources sources;
  if (auto text = files.read("chat_template.jinja")) {
    sources.emplace_back("default", std::move(*text));
  }
  add_sources(config, sources);
  TENON_TRY(add_gguf_sources(files, sources));
  const std::string* source = has_tools ? source_named(sources, "tool_use") : nullptr;
  if (source == nullptr) source = source_named(sources, "default");
  if (source == nullptr && !sources.empty()) source = &sources.front().second;
  if (source == nullptr) {
    return unsupported("the model brings no chat template; name a format: {}", chat_format_names());
  }
  auto made = ChatTemplate::parse(*source, tokens);
  if (made.ok()) return made;
  const std::string_view* likely = chat_format(likely_chat_format(*source));
  if (likely != nullptr) return ChatTemplate::parse(*likely, tokens);
  return made.status().at("chat template");
}

}  // namespace tenon::text
