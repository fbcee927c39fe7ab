// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <string>
#include <string_view>

// Strict JSON taken piece by piece, for headers that are too large for a tree. Knows where it is,
// so that messages can say so. Borrows the text; one thread.
namespace tenon::safetensors {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // What is left, without white space in front of it.
  std::string_view rest();
  // Takes this character if it comes next.
  bool accept(char wanted);
  Status expect(char wanted);
  // A text with its escapes resolved: valid UTF-8 of at most `most` bytes.
  Result<std::string> string(size_t most);
  // A whole number from 0 to 2^63 - 1, without sign, fraction or exponent.
  Result<uint64_t> integer();

  // A failure that begins with the place.
  template <class... A>
  Status wrong(fmt::format_string<A...> text, A&&... arguments) const {
    return corrupt("header at {}: {}", at_, fmt::format(text, std::forward<A>(arguments)...));
  }

 private:
  Result<uint32_t> four_digits();
  Status escape(std::string& out);

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace tenon::safetensors
