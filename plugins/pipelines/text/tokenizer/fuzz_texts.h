// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tokenizer/readers.h"

#include <cstdlib>
#include <string>

// What fuzz targets do with a tokenizer that was read: texts go in and come out.
namespace tenon::text {

inline void check(bool held) {
  if (!held) std::abort();
}

// What is pushed token by token is what is decoded at once, and it is UTF-8.
inline void check_decoding(const Tokenizer& tokenizer, const std::vector<int32_t>& ids) {
  for (const bool special : {false, true}) {
    const std::string text = tokenizer.decode(ids, {.special = special});
    check(is_utf8(text));
    Detokenizer detokenizer(tokenizer, {.special = special});
    std::string grown;
    for (const int32_t id : ids) {
      const std::string more = detokenizer.push(id);
      check(is_utf8(more));
      grown += more;
    }
    check(grown + detokenizer.finish() == text);
  }
}

inline void encode_texts(Result<Parts> parts) {
  if (!parts.ok()) {
    check(!parts.status().message().empty());
    return;
  }
  if (*parts == nullptr) return;
  const Tokenizer tokenizer(std::move(*parts));
  const std::string texts[] = {
      "hello the <s> world, it's 12345 <tag>\t\n  e\xCC\x81\xE4\xB8\xAD\xEF\xBC\xA1 [SEP]word",
      std::string(40, 'a') + std::string(20, ' ') + "b\xFF\xC2\xA0\xEA\xB0\x80 he-llo <mask> the",
      ""};
  for (const std::string& text : texts) {
    for (const bool special : {false, true}) {
      const auto ids = tokenizer.encode(text, {.special = special, .parse_special = special});
      if (!ids.ok()) continue;
      for (const int32_t id : *ids) check(id >= 0 && id < tokenizer.size());
      check_decoding(tokenizer, *ids);
    }
  }
  const auto pair = tokenizer.encode_pair(texts[0], texts[1]);
  check(!pair.ok() || pair->ids.size() == pair->types.size());
  std::vector<int32_t> all;
  for (int32_t id = -1; id <= tokenizer.size() && id < 40; ++id) {
    all.push_back(id);
    tokenizer.piece(id);
  }
  check_decoding(tokenizer, all);
}

}  // namespace tenon::text
