// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/text_generation/request.h"

#include "host/task.h"

#include <algorithm>
#include <random>

namespace tenon::text_generation {

namespace {

constexpr std::string_view known[] = {"prompt",
                                      "prompt_ids",
                                      "messages",
                                      "system",
                                      "chat",
                                      "chat_template",
                                      "chat_template_kwargs",
                                      "tools",
                                      "continue_final_message",
                                      "max_tokens",
                                      "stop",
                                      "ignore_eos",
                                      "special",
                                      "num_beams",
                                      "length_penalty",
                                      "temperature",
                                      "top_k",
                                      "top_p",
                                      "min_p",
                                      "typical_p",
                                      "repetition_penalty",
                                      "presence_penalty",
                                      "frequency_penalty",
                                      "logit_bias",
                                      "seed",
                                      "logprobs"};

constexpr int64_t most_beams = 64;

const Json* given(const Json& json, std::string_view key) {
  const Json* value = json.find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Status read_text(const Json& request, std::string_view key, std::string& text) {
  const Json* value = given(request, key);
  if (value == nullptr) return {};
  if (!value->is_text()) return invalid("\"{}\": {}, expected a text", key, value->kind());
  text = *value->text();
  return {};
}

Status read_switch(const Json& request, std::string_view key, bool& on) {
  const Json* value = given(request, key);
  if (value == nullptr) return {};
  if (!value->is_bool()) return invalid("\"{}\": {}, expected true or false", key, value->kind());
  on = *value->boolean();
  return {};
}

Status read_ids(const Json& ids, Request& made) {
  for (const Json& id : ids.array_items()) {
    const auto number = id.integer();
    if (!number || *number < 0 || *number > INT32_MAX) {
      return invalid("\"prompt_ids\": {}, expected token ids", id.dump());
    }
    made.prompt_ids.push_back(static_cast<int32_t>(*number));
  }
  made.has_prompt = true;
  return ids.is_array() ? Status() : invalid("\"prompt_ids\": expected an array of token ids");
}

Status read_stops(const Json& stop, Request& made) {
  if (const auto text = stop.text()) made.stops.emplace_back(*text);
  for (const Json& row : stop.array_items()) {
    if (!row.is_text()) return invalid("\"stop\": {}, expected texts", row.dump());
    made.stops.emplace_back(*row.text());
  }
  constexpr size_t most_stops = 64;
  constexpr size_t most_bytes = 1024;
  if (made.stops.size() > most_stops) return invalid("\"stop\": more than {} texts", most_stops);
  for (const std::string& text : made.stops) {
    if (text.size() > most_bytes) return invalid("\"stop\": a text of {} bytes", text.size());
  }
  return {};
}

// A prompt becomes a chat when one is wanted: "chat": true, or a system text beside it.
Status make_chat(const Json& request, Request& made) {
  bool chat = false;
  std::string system;
  TENON_TRY(read_switch(request, "chat", chat));
  TENON_TRY(read_text(request, "system", system));
  if (const Json* messages = given(request, "messages")) made.messages = *messages;
  if (made.messages.is_null() && (chat || !system.empty())) {
    if (!made.has_prompt || !made.prompt_ids.empty()) {
      return invalid("a chat wants \"messages\" or a \"prompt\" of text");
    }
    made.messages = Json::array({Json::object({{"role", "user"}, {"content", made.prompt}})});
  } else if (!made.messages.is_null() && made.has_prompt) {
    return invalid("\"prompt\" and \"messages\" cannot be given together");
  }
  if (system.empty()) return {};
  Json all = Json::array({Json::object({{"role", "system"}, {"content", system}})});
  for (const Json& row : made.messages.array_items()) all.push(row);
  made.messages = std::move(all);
  return {};
}

// What the model's authors would do.
void read_defaults(const Json& config, Request& made) {
  const int64_t tokens = config.integer("max_new_tokens", 0);
  if (tokens > 0) made.max_tokens = tokens;
  made.beams = std::clamp<int64_t>(config.integer("num_beams", 1), 1, most_beams);
  made.length_penalty = config.number("length_penalty", 1);
}

Status read_lengths(const Json& request, Request& made) {
  if (const Json* most = given(request, "max_tokens")) {
    made.max_tokens = most->integer();
    if (!made.max_tokens || *made.max_tokens < 0) {
      return invalid("\"max_tokens\": {}, expected a number from 0 on", most->dump());
    }
  }
  if (const Json* beams = given(request, "num_beams")) {
    made.beams = beams->integer().value_or(0);
    if (made.beams < 1 || made.beams > most_beams) {
      return invalid("\"num_beams\": {}, expected 1 to {}", beams->dump(), most_beams);
    }
  }
  if (const Json* penalty = given(request, "length_penalty")) {
    const auto number = penalty->number();
    if (!number) return invalid("\"length_penalty\": {}, expected a number", penalty->dump());
    made.length_penalty = *number;
  }
  return {};
}

}  // namespace

Result<Request> read_request(const Json& request, const Json& generation_config) {
  TENON_TRY(text::expect_keys(request, known));
  Request made;
  made.template_names = Json::object();
  read_defaults(generation_config, made);
  Status status = text::apply_generation_config(generation_config, made.sampler);
  TENON_TRY(status.at("generation_config.json"));
  TENON_TRY(text::apply_sampling_request(request, made.sampler).at("request"));
  if (const Json* ids = given(request, "prompt_ids")) TENON_TRY(read_ids(*ids, made));
  if (given(request, "prompt") != nullptr) {
    if (made.has_prompt) return invalid("\"prompt\" and \"prompt_ids\" cannot be given together");
    TENON_TRY(read_text(request, "prompt", made.prompt));
    made.has_prompt = true;
  }
  TENON_TRY(make_chat(request, made));
  TENON_TRY(read_lengths(request, made));
  TENON_TRY(read_text(request, "chat_template", made.chat_template));
  TENON_TRY(read_switch(request, "continue_final_message", made.continues));
  TENON_TRY(read_switch(request, "ignore_eos", made.ignores_end));
  TENON_TRY(read_switch(request, "special", made.shows_special));
  if (const Json* stop = given(request, "stop")) TENON_TRY(read_stops(*stop, made));
  if (const Json* tools = given(request, "tools")) made.tools = *tools;
  if (const Json* names = given(request, "chat_template_kwargs")) made.template_names = *names;
  if (!made.has_prompt && made.messages.is_null()) {
    return invalid("request: expected \"prompt\", \"prompt_ids\" or \"messages\"");
  }
  if (!made.sampler.has_seed) made.sampler.seed = std::random_device()();
  return made;
}

}  // namespace tenon::text_generation
