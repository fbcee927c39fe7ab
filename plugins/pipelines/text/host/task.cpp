// SPDX-License-Identifier: Apache-2.0
#include "host/task.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace tenon::text {

Result<Json> parameters_of(const tenon_request& request) {
  const std::string_view text = to_view(request.parameters);
  if (text.empty()) return Json::object();
  auto parsed = parse_json(text);
  if (!parsed.ok()) return parsed.status().at("request");
  if (!parsed->is_object()) return invalid("request: {}, expected an object", parsed->kind());
  return parsed;
}

Status expect_keys(const Json& request, std::span<const std::string_view> known) {
  for (const auto& [name, value] : request.members()) {
    if (std::ranges::find(known, name) == known.end()) {
      return invalid("request: unknown key \"{}\"; known keys: {}", name, fmt::join(known, ", "));
    }
  }
  return {};
}

Status send(const tenon_event_sink& events, const Json& event) {
  const std::string text = event.dump();
  return host_failed(events.event(events.context, to_str(text)));
}

}  // namespace tenon::text
