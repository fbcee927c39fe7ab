// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/json.h"
#include "tenon/tenon.hpp"

#include <string>
#include <vector>

// How things look on a terminal. [any thread]
namespace tenon::cli {

using Table = std::vector<std::vector<std::string>>;

// Rows with columns padded to the same width, two spaces apart.
std::string aligned(const Table& table);

// To standard output, all of it.
void print(std::string_view text);

// "f32[1,10]"; a free size shows as "?".
std::string type_text(uint32_t dtype, std::span<const int64_t> dims);

// The same from inspect's JSON, where a size is a number or a name.
std::string type_text(const Json& value);

// "412 bytes", "1.2 MB".
std::string bytes_text(double bytes);

// A file's or model's text made safe for a terminal: control characters are escaped.
std::string printable(std::string_view text);

// What follows the last dot: "onnx" of "org.tenon.loader.onnx".
std::string last_part(std::string_view id);

}  // namespace tenon::cli
