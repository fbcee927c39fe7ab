// SPDX-License-Identifier: Apache-2.0
#include "host/files.h"

#include <algorithm>
#include <iterator>

namespace tenon::text {

namespace {

constexpr size_t most_bytes = size_t{512} << 20;

// Names of files that belong to a tokenizer; others belong to the model.
bool is_of_tokenizer(std::string_view name) {
  constexpr std::string_view others[] = {"header.gguf", "special_tokens_map.json",
                                         "added_tokens.json", "chat_template.jinja", "merges.txt"};
  return name.starts_with("tokenizer") || name.starts_with("vocab") ||
         name.ends_with(".tiktoken") || name.ends_with(".model") ||
         std::ranges::find(others, name) != std::end(others);
}

tenon_status append(void* context, const void* bytes, uint64_t size) {
  auto& out = *static_cast<std::string*>(context);
  if (size > most_bytes - out.size()) return TENON_INVALID;
  out.append(static_cast<const char*>(bytes), size);
  return TENON_OK;
}

}  // namespace

std::optional<std::string> HostFiles::read(std::string_view name) const {
  for (uint64_t i = 0; i < request_.n_parts; ++i) {
    const tenon_part& part = request_.parts[i];
    if (to_view(part.name) == name && part.bytes <= most_bytes) {
      return std::string(static_cast<const char*>(part.data), part.bytes);
    }
  }
  if (host_.models == nullptr || host_.model == nullptr) return std::nullopt;
  // Parts bring a whole tokenizer: files of the model do not mix with it.
  if (request_.n_parts > 0 && is_of_tokenizer(name)) return std::nullopt;
  std::string text;
  const tenon_byte_sink sink{&text, append};
  if (host_.models->companion(host_.model, to_str(name), &sink) != TENON_OK) return std::nullopt;
  return text;
}

Result<Json> HostFiles::json(std::string_view name) const {
  const auto text = read(name);
  if (!text) return Json::object();
  auto parsed = parse_json(*text);
  if (!parsed.ok()) return parsed.status().at(name);
  return parsed;
}

}  // namespace tenon::text
