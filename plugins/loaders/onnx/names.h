// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Texts of a file before anyone sees them. [any thread]
namespace tenon::onnx {

// Valid UTF-8 without NUL, at most 4096 bytes.
bool is_good_name(std::string_view name);

// At most `most` bytes, cut between characters.
std::string_view cut(std::string_view text, size_t most);

// For messages: control bytes, and all above 127 where the text is no UTF-8, as \xNN; at most 1000
// bytes of it.
std::string printable(std::string_view text);

}  // namespace tenon::onnx
