// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/files.h"
#include "plugins/pipelines/text_generation/request.h"

// From a request to the tokens that the model reads. [any thread]
namespace tenon::text_generation {

// The prompt's tokens. Those of a chat come through its template. Fails on an empty prompt.
Result<std::vector<int32_t>> prompt_ids(const Request& request, const text::HostFiles& files,
                                        const text::Tokenizer& tokenizer);

// Refuses a prompt that leaves no room in the context, with both numbers; how many tokens may
// follow it. A context of 0 is unknown.
Result<size_t> room_behind(const std::vector<int32_t>& prompt, int64_t context,
                           std::optional<int64_t> max_tokens);

// The same for a model with an encoder, which has a context for the prompt and one for the text.
Result<size_t> room_beside(const std::vector<int32_t>& prompt, int64_t context,
                           std::optional<int64_t> max_tokens);

// Tokens that end a text: those of the tokenizer and of generation_config.json, sorted.
std::vector<int32_t> ending_ids(const text::Tokenizer& tokenizer, const Json& generation_config);

}  // namespace tenon::text_generation
