// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/manifest.h"

#include "core/base/text.h"

#include "tenon/abi/draft/plugin.h"

#include <algorithm>
#include <optional>

namespace tenon {
namespace {

constexpr size_t most_bytes = size_t{1} << 20;
constexpr size_t most_items = 256;

bool is_word(std::string_view text, std::string_view also) {
  return !text.empty() && text.size() <= 200 && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || also.find(c) != also.npos;
  });
}

Result<std::string> text_member(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  if (member == nullptr) return std::string();
  const auto text = member->text();
  if (!text) return invalid("manifest: \"{}\" is {}, expected text", name, member->kind());
  return std::string(*text);
}

Result<std::vector<std::string>> text_list(const Json& json, std::string_view name) {
  std::vector<std::string> list;
  const Json* member = json.find(name);
  if (member == nullptr) return list;
  if (!member->is_array() || member->array_items().size() > most_items) {
    return invalid("manifest: \"{}\" is no list of at most {} texts", name, most_items);
  }
  for (const Json& item : member->array_items()) {
    const auto text = item.text();
    if (!text) return invalid("manifest: \"{}\" holds {}, expected texts", name, item.kind());
    list.emplace_back(*text);
  }
  return list;
}

Status read_abi(const Json& json, Manifest& manifest) {
  const Json::Array& abi = json.array("abi");
  const auto number = [&](size_t i) -> std::optional<uint32_t> {
    const auto value = i < abi.size() ? abi[i].integer() : std::nullopt;
    if (!value || *value < 0 || *value > 1'000'000) return std::nullopt;
    return static_cast<uint32_t>(*value);
  };
  if (abi.size() != 2 || !number(0) || !number(1)) {
    return invalid("manifest: \"abi\" must be [major, minor], for this host [{}, {}]",
                   TENON_ABI_MAJOR, TENON_ABI_MINOR);
  }
  manifest.abi_major = *number(0);
  manifest.abi_minor = *number(1);
  if (manifest.abi_major != TENON_ABI_MAJOR || manifest.abi_minor > TENON_ABI_MINOR) {
    return version_mismatch(
        "{} {} is made for interface {}.{}, this engine offers {}.{}; upgrade the {}", manifest.id,
        manifest.version, manifest.abi_major, manifest.abi_minor, TENON_ABI_MAJOR, TENON_ABI_MINOR,
        manifest.abi_major < TENON_ABI_MAJOR ? "plugin" : "engine");
  }
  return {};
}

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  if (hex.empty() || hex.size() % 2 != 0 || hex.size() > 128) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    if (digit(hex[i]) < 0 || digit(hex[i + 1]) < 0) return std::nullopt;
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return bytes;
}

Status read_magics(const Json& json, Manifest& manifest) {
  const Json::Array& list = json.array("magics");
  if (list.size() > most_items) return invalid("manifest: more than {} magics", most_items);
  for (const Json& item : list) {
    const int64_t offset = item.integer("offset", 0);
    const auto bytes = bytes_of_hex(item.text("hex"));
    if (offset < 0 || offset > 65536 || !bytes) {
      return invalid("manifest: a magic must be {{\"offset\": 0..65536, \"hex\": \"474755\"}}");
    }
    manifest.magics.push_back({static_cast<uint64_t>(offset), *bytes});
  }
  return {};
}

Status read_options(const Json& json, Manifest& manifest) {
  const Json::Array& list = json.array("options");
  if (list.size() > most_items) return invalid("manifest: more than {} options", most_items);
  for (const Json& item : list) {
    PluginOption option;
    TENON_TRY_ASSIGN(option.name, text_member(item, "name"));
    TENON_TRY_ASSIGN(option.type, text_member(item, "type"));
    TENON_TRY_ASSIGN(option.doc, text_member(item, "doc"));
    if (option.name.empty()) return invalid("manifest: an option without \"name\"");
    const Json* otherwise = item.find("default");
    if (otherwise) option.otherwise = otherwise->text().value_or(otherwise->dump());
    manifest.options.push_back(std::move(option));
  }
  return {};
}

// "tenon.backend/1" says "backend".
std::string kind_from(const std::vector<std::string>& interfaces) {
  const std::string_view first = interfaces.front();
  const size_t dot = first.rfind('.', first.find('/'));
  const std::string_view word = dot == first.npos ? first : first.substr(dot + 1);
  return std::string(word.substr(0, word.find('/')));
}

Status read_identity(const Json& json, Manifest& manifest) {
  TENON_TRY_ASSIGN(manifest.id, text_member(json, "id"));
  TENON_TRY_ASSIGN(manifest.version, text_member(json, "version"));
  if (!is_word(manifest.id, "._-")) {
    return invalid("manifest: id {} must be like \"org.example.name\": a-z 0-9 . _ -",
                   in_quotes(manifest.id));
  }
  if (!is_word(manifest.version, "._-+")) {
    return invalid("manifest: version {} must be like \"1.2.3\"", in_quotes(manifest.version));
  }
  TENON_TRY(read_abi(json, manifest));
  TENON_TRY_ASSIGN(manifest.interfaces, text_list(json, "interfaces"));
  if (manifest.interfaces.empty()) return invalid("manifest: \"interfaces\" names none");
  for (const std::string& name : manifest.interfaces) {
    if (!is_word(name, "._-/")) return invalid("manifest: interface {}", in_quotes(name));
  }
  return {};
}

}  // namespace

bool Manifest::offers(std::string_view interface) const {
  return std::ranges::find(interfaces, interface) != interfaces.end();
}

Result<Manifest> parse_manifest(std::string_view text) {
  const Result<Json> json = parse_json(text, {.bytes = most_bytes, .depth = 8});
  if (!json.ok()) return json.status().at("manifest");
  if (!json->is_object()) return invalid("manifest: is {}, expected an object", json->kind());
  Manifest manifest;
  TENON_TRY(read_identity(*json, manifest));
  TENON_TRY_ASSIGN(manifest.kind, text_member(*json, "kind"));
  if (manifest.kind.empty()) manifest.kind = kind_from(manifest.interfaces);
  TENON_TRY_ASSIGN(manifest.description, text_member(*json, "description"));
  TENON_TRY_ASSIGN(manifest.licence, text_member(*json, "licence"));
  TENON_TRY_ASSIGN(manifest.home, text_member(*json, "home"));
  TENON_TRY(read_magics(*json, manifest));
  TENON_TRY_ASSIGN(manifest.extensions, text_list(*json, "extensions"));
  TENON_TRY_ASSIGN(manifest.entries, text_list(*json, "entries"));
  TENON_TRY(read_options(*json, manifest));
  return manifest;
}

Json to_json(const Manifest& manifest) {
  Json interfaces = Json::array();
  for (const std::string& name : manifest.interfaces) interfaces.push(name);
  Json extensions = Json::array();
  for (const std::string& extension : manifest.extensions) extensions.push(extension);
  Json entries = Json::array();
  for (const std::string& entry : manifest.entries) entries.push(entry);
  Json options = Json::array();
  for (const PluginOption& option : manifest.options) {
    options.push(Json::object({{"name", option.name},
                               {"type", option.type},
                               {"default", option.otherwise},
                               {"doc", option.doc}}));
  }
  return Json::object({{"id", manifest.id},
                       {"version", manifest.version},
                       {"abi", Json::array({manifest.abi_major, manifest.abi_minor})},
                       {"kind", manifest.kind},
                       {"interfaces", std::move(interfaces)},
                       {"extensions", std::move(extensions)},
                       {"entries", std::move(entries)},
                       {"options", std::move(options)},
                       {"description", manifest.description},
                       {"licence", manifest.licence},
                       {"home", manifest.home}});
}

int compare_versions(std::string_view a, std::string_view b) {
  const std::vector<std::string_view> left = split(a, '.');
  const std::vector<std::string_view> right = split(b, '.');
  const auto is_number = [](std::string_view part) {
    return part.find_first_not_of("0123456789") == part.npos;
  };
  for (size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    std::string_view x = i < left.size() ? left[i] : "0";
    std::string_view y = i < right.size() ? right[i] : "0";
    if (is_number(x) && is_number(y)) {
      x.remove_prefix(std::min(x.find_first_not_of('0'), x.size()));
      y.remove_prefix(std::min(y.find_first_not_of('0'), y.size()));
      if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
    }
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

}  // namespace tenon
