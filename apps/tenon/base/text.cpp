// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/text.h"

#include "tenon/dtype.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>

namespace tenon::cli {

namespace {

// Characters, not bytes, of UTF-8.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::string aligned(const Table& table) {
  std::vector<size_t> widths;
  for (const auto& row : table) {
    if (widths.size() < row.size()) widths.resize(row.size());
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : table) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line += std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text += line + "\n";
  }
  return text;
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::string type_text(uint32_t dtype, std::span<const int64_t> dims) {
  std::vector<std::string> sizes;
  for (const int64_t size : dims) sizes.push_back(size < 0 ? "?" : fmt::format("{}", size));
  return fmt::format("{}[{}]", name_of(static_cast<DType>(dtype)), fmt::join(sizes, ","));
}

std::string type_text(const Json& value) {
  std::vector<std::string> sizes;
  for (const Json& size : value.array("dims")) {
    sizes.push_back(size.is_text() ? printable(*size.text()) : size.dump());
  }
  return fmt::format("{}[{}]", value.text("dtype"), fmt::join(sizes, ","));
}

std::string bytes_text(double bytes) {
  if (bytes < 10'000) return fmt::format("{:.0f} bytes", bytes);
  if (bytes < 1e6) return fmt::format("{:.1f} kB", bytes / 1e3);
  if (bytes < 1e9) return fmt::format("{:.1f} MB", bytes / 1e6);
  return fmt::format("{:.2f} GB", bytes / 1e9);
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7f) {
      out += fmt::format("\\x{:02x}", code);
    } else {
      out += c;
    }
  }
  return out;
}

std::string last_part(std::string_view id) {
  const size_t dot = id.rfind('.');
  return std::string(dot == std::string_view::npos ? id : id.substr(dot + 1));
}

}  // namespace tenon::cli
