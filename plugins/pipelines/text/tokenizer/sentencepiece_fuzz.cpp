// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/fuzz_texts.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tenon::text;
  encode_texts(read_sentencepiece({reinterpret_cast<const char*>(data), size}));
  return 0;
}
