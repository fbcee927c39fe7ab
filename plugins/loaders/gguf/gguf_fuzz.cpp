// SPDX-License-Identifier: Apache-2.0
// Any bytes load as a GGUF file, whole or as the first of two parts, or fail with a status; the
// document is JSON that can be read.
#include "loader.h"
#include "sdk/loading/load_log.h"
#include "tenon/json.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  tenon::testing::LoadLog log(
      {{"a-00001-of-00002.gguf", bytes}, {"a-00002-of-00002.gguf", bytes.substr(size / 2)}});
  static_cast<void>(log.load("a-00001-of-00002.gguf", tenon::gguf::load).ok());
  for (const auto& [name, json] : log.documents()) {
    if (!tenon::parse_json(json).ok()) std::abort();
  }
  return 0;
}
