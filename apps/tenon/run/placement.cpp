// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/run/placement.h"

#include "apps/tenon/base/text.h"

namespace tenon::cli {

std::string placement_line(const Json& session) {
  const auto plural = [](int64_t count, std::string_view word) {
    return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
  };
  const Json none;
  const auto member = [&](std::string_view name) -> const Json& {
    const Json* found = session.find(name);
    return found != nullptr ? *found : none;
  };
  std::string line;
  for (const auto& [device, count] : member("nodes").members()) {
    line += fmt::format("{} on {}, ", plural(count.integer().value_or(0), "node"), device);
  }
  if (line.empty()) line = "0 nodes, ";
  if (session.text("precision") == "fast") line += "fast precision, ";
  const Json& copies = member("copies");
  return line + fmt::format("{} host control, {}, {}", member("host_control").integer("nodes", 0),
                            copies.integer("count", 0) == 1
                                ? "1 copy"
                                : fmt::format("{} copies", copies.integer("count", 0)),
                            bytes_text(copies.number("bytes", 0)));
}

}  // namespace tenon::cli
