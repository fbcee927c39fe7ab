// SPDX-License-Identifier: Apache-2.0
#include "tenon/gguf.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Any bytes are a header or fail with a status; all that a header names can be looked at, and its
// beginning says the same without the data.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto header = tenon::gguf::read_header(bytes, size);
  if (!header.ok()) return 0;
  size_t sum = 0;
  for (const auto& [key, value] : header->entries) {
    for (const std::string_view text : value.texts()) sum += text.empty() ? 0 : text.back() & 1;
    for (uint64_t i = 0; i < value.count; ++i) sum += value.number_at(i) > 0 ? 1 : 0;
    sum += value.number() > 0 ? 1 : 0;
    if (header->find(key) != &value) std::abort();
  }
  for (const auto& tensor : header->tensors) {
    if (tensor.offset > size || tensor.bytes > size - tensor.offset) std::abort();
  }
  const auto again =
      tenon::gguf::read_header(bytes.substr(0, header->bytes), tenon::gguf::unknown_size);
  if (!again.ok() || again->tensors.size() != header->tensors.size()) std::abort();
  return sum == SIZE_MAX ? 1 : 0;
}
