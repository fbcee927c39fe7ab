// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/bars.h"

#include "apps/tenon/base/text.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace tenon::cli {

namespace {

constexpr int full_width = 32;

std::string unicode_bar(double share) {
  constexpr std::string_view parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = std::lround(share * full_width * 8);
  std::string bar;
  for (long i = 0; i < eighths / 8; ++i) bar += "█";
  return bar + std::string(parts[eighths % 8]);
}

std::string ascii_bar(double share) {
  return std::string(static_cast<size_t>(std::lround(share * full_width)), '#');
}

}  // namespace

Blocks terminal_blocks() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string lower;
    for (const char* c = value; *c != '\0'; ++c) lower += static_cast<char>(std::tolower(*c));
    const bool utf8 =
        lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
    return utf8 ? Blocks::unicode : Blocks::ascii;
  }
  return Blocks::ascii;
}

std::string draw_bars(std::span<const Bar> bars, Blocks blocks) {
  Table table;
  for (const Bar& bar : bars) {
    const double share = std::isfinite(bar.share) ? std::clamp(bar.share, 0.0, 1.0) : 0;
    table.push_back({"  " + printable(bar.label),
                     fmt::format("{:>5} %", fmt::format("{:.1f}", bar.share * 100)),
                     blocks == Blocks::unicode ? unicode_bar(share) : ascii_bar(share)});
  }
  return aligned(table);
}

}  // namespace tenon::cli
