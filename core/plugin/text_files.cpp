// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/text_files.h"

#include "core/plugin/search.h"

#include <algorithm>
#include <filesystem>
#include <map>

namespace tenon {
namespace {

constexpr uint64_t most_bytes = uint64_t{1} << 20;

Result<std::string> read_text(const std::string& path) {
  TENON_TRY_ASSIGN(const TrustedFile file, open_trusted(path));
  if (file.identity.bytes > most_bytes) {
    return invalid("is {} bytes long, expected at most {}", file.identity.bytes, most_bytes);
  }
  if (file.identity.bytes == 0) return std::string();
  TENON_TRY_ASSIGN(const MappedFile mapped, map_descriptor(file.descriptor, path));
  const std::span<const std::byte> bytes = mapped.bytes();
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

TextFiles find_text_files(std::span<const std::string> directories, std::string_view folder,
                          std::string_view ending) {
  TextFiles found;
  std::map<std::string, TextFile> by_name;
  for (const std::string& directory : directories) {
    const std::string place = fmt::format("{}/{}", directory, folder);
    const Result<std::vector<std::string>> paths = plugin_files(place);
    if (!paths.ok()) {
      found.refused.emplace_back(place, paths.status().message());
      continue;
    }
    for (const std::string& path : *paths) {
      std::string name = std::filesystem::path(path).filename();
      if (!name.ends_with(ending)) continue;
      name.resize(name.size() - ending.size());
      const auto used = by_name.find(name);
      if (used != by_name.end()) {
        if (used->second.path == path) continue;
        found.refused.emplace_back(
            path, fmt::format("{} comes first and has the same name", used->second.path));
        continue;
      }
      Result<std::string> content = read_text(path);
      if (!content.ok()) {
        found.refused.emplace_back(path, content.status().message());
        continue;
      }
      by_name[name] = {name, path, std::move(*content)};
    }
  }
  for (auto& [name, file] : by_name) found.files.push_back(std::move(file));
  return found;
}

}  // namespace tenon
