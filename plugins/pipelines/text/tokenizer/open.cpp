// SPDX-License-Identifier: Apache-2.0
#include "tokenizer.h"

namespace tenon::text {

Result<std::unique_ptr<Tokenizer>> open_tokenizer(const Files& files) {
  if (files.read("tokenizer.json")) return unsupported("tokenizer.json: not read yet");
  return invalid("the model brings no tokenizer: none of header.gguf, tokenizer.json is there");
}

}  // namespace tenon::text
