// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/gguf.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// GGUF files for tests, right or wrong as the test wants them. Header only. One thread.
namespace tenon::testing {

template <class T>
std::string raw(T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

inline std::string raw_text(std::string_view text) {
  return raw<uint64_t>(text.size()) + std::string(text);
}

class GgufWriter {
 public:
  uint32_t version = 3;
  uint64_t alignment = 32;

  void add(std::string_view key, gguf::ValueType type, std::string_view bytes) {
    entries_ += raw_text(key) + raw(static_cast<uint32_t>(type)) + std::string(bytes);
    ++entry_count_;
  }
  void add_text(std::string_view key, std::string_view text) {
    add(key, gguf::ValueType::string, raw_text(text));
  }
  void add_u32(std::string_view key, uint32_t value) { add(key, gguf::ValueType::u32, raw(value)); }
  void add_u16(std::string_view key, uint16_t value) { add(key, gguf::ValueType::u16, raw(value)); }
  // elements: encoded back to back.
  void add_array(std::string_view key, gguf::ValueType type, uint64_t count,
                 std::string_view elements) {
    add(key, gguf::ValueType::array,
        raw(static_cast<uint32_t>(type)) + raw(count) + std::string(elements));
  }
  // dims: the contiguous one first, as in the file.
  void add_tensor(std::string_view name, const std::vector<int64_t>& dims, uint32_t type,
                  std::string_view data) {
    tensors_ += raw_text(name) + raw(static_cast<uint32_t>(dims.size()));
    for (const int64_t dim : dims) tensors_ += raw(dim);
    tensors_ += raw(type) + raw<uint64_t>(data_.size());
    data_ += data;
    pad(data_);
    ++tensor_count_;
  }
  // Up to the end of the last tensor's entry.
  std::string unpadded() const {
    return "GGUF" + raw(version) + raw(tensor_count_) + raw(entry_count_) + entries_ + tensors_;
  }
  std::string file() const {
    std::string bytes = unpadded();
    pad(bytes);
    return bytes + data_;
  }

 private:
  void pad(std::string& bytes) const {
    bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, '\0');
  }

  std::string entries_, tensors_, data_;
  uint64_t entry_count_ = 0, tensor_count_ = 0;
};

}  // namespace tenon::testing
