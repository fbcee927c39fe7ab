// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sampling/settings.h"
#include "tenon/json.h"

#include <optional>
#include <string>
#include <vector>

// What a request for text says, checked. A value. [any thread]
namespace tenon::text_generation {

struct Request {
  std::string prompt;
  std::vector<int32_t> prompt_ids;  // instead of a prompt
  bool has_prompt = false;
  Json messages;              // of a chat, or null
  Json tools;                 // for the chat template, or null
  Json template_names;        // "chat_template_kwargs": further names for the template
  std::string chat_template;  // a format's name or a template, instead of the model's
  bool continues = false;     // the answer goes on with the last message
  std::optional<int64_t> max_tokens;
  std::vector<std::string> stops;
  bool ignores_end = false;    // goes on where the model would end
  bool shows_special = false;  // prints control tokens
  int64_t beams = 1;           // of generation_config.json for models with an encoder only
  double length_penalty = 1;
  text::SamplerSettings sampler;
};

// Settings of the model come first, the request wins.
Result<Request> read_request(const Json& request, const Json& generation_config);

}  // namespace tenon::text_generation
