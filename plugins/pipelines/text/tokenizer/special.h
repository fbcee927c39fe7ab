// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/json.h"
#include "tokenizer.h"

// Which tokens begin, end and fill texts, from the configuration files beside a model. [any thread]
namespace tenon::text {

// A file such as tokenizer_config.json. Integers that do not fit, such as
// the model_max_length 1e30 that these files have, become numbers.
Result<Json> parse_config(std::string_view text);

// Adds what the files say: names of special tokens and ids that end a text. What is known already
// stays. Files that cannot be read are a failure; those that are not there are not.
Status add_special_ids(const Files& files, TokenizerParts& parts);

// Adds tokens that end a generated text by how they are spelled; sorts the list.
void add_end_tokens(TokenizerParts& parts);

}  // namespace tenon::text
