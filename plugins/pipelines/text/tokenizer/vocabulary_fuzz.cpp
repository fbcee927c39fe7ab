// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/fuzz_texts.h"

// The first byte says what kind of vocabulary the others are.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tenon::text;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case '0':
      encode_texts(read_gguf(bytes));
      break;
    case '1':
      encode_texts(read_tiktoken(bytes, "r50k_base"));
      break;
    case '2':
      encode_texts(read_word_list(bytes, true));
      break;
    default: {
      const size_t end = std::min(bytes.find('\0'), bytes.size());
      encode_texts(
          read_merges(bytes.substr(0, end), bytes.substr(std::min(end + 1, bytes.size()))));
    }
  }
  return 0;
}
