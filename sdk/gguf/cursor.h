// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <cstring>
#include <string_view>

// The one place where a header's bytes are taken: forward, and never beyond the end. Borrows the
// bytes; one thread.
namespace tenon::gguf {

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  uint64_t at() const { return at_; }
  uint64_t left() const { return bytes_.size() - at_; }

  // what: for the message.
  Result<std::string_view> take(uint64_t count, std::string_view what) {
    if (count > left()) {
      return corrupt("byte {}: {} of {} bytes ends beyond the end at {}", at_, what, count,
                     bytes_.size());
    }
    const std::string_view taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }

  template <class T>
  Result<T> number(std::string_view what) {
    TENON_TRY_ASSIGN(const std::string_view taken, take(sizeof(T), what));
    T value;
    std::memcpy(&value, taken.data(), sizeof value);
    return value;
  }

  // A length and so many bytes.
  Result<std::string_view> string(uint64_t most, std::string_view what) {
    const uint64_t start = at_;
    TENON_TRY_ASSIGN(const auto length, number<uint64_t>(what));
    if (length > most) {
      return corrupt("byte {}: {} of {} bytes, most is {}", start, what, length, most);
    }
    return take(length, what);
  }

 private:
  std::string_view bytes_;
  uint64_t at_ = 0;
};

}  // namespace tenon::gguf
