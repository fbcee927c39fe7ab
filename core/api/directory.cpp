// SPDX-License-Identifier: Apache-2.0
#include "core/api/directory.h"

#include "core/base/text.h"

#include "tenon/abi/draft/loader.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace tenon {
namespace {

namespace fs = std::filesystem;

constexpr size_t most_files = 100'000;

bool is_pattern(std::string_view entry) { return entry.find_first_of("*?") != entry.npos; }

Result<std::vector<std::string>> files_of(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code unknown;
    if (!entry->is_regular_file(unknown)) continue;
    if (names.size() == most_files) return invalid("more than {} files", most_files);
    names.push_back(entry->path().filename().string());
  }
  if (error) return io_error("{}", error.message());
  std::ranges::sort(names);
  return names;
}

std::vector<EntryRule> rules_of(Engine& engine, std::string_view loader) {
  std::vector<EntryRule> rules;
  for (const PluginRecord* record : engine.plugins().candidates(TENON_LOADER_ID)) {
    const std::string& id = record->manifest.id;
    if (loader.empty() || id == loader || id.substr(id.rfind('.') + 1) == loader) {
      rules.push_back({id, record->manifest.entries});
    }
  }
  return rules;
}

// What was looked for and what is there, when that decides nothing.
Status nothing_to_open(std::string_view shown, const std::vector<EntryRule>& rules,
                       const std::map<std::string, std::vector<std::string>>& matches) {
  std::string text = fmt::format("{}: a directory without a model to open; looked for", shown);
  const char* separator = " ";
  for (const EntryRule& rule : rules) {
    for (const std::string& entry : rule.entries) {
      text += fmt::format("{}{}", std::exchange(separator, ", "), in_quotes(entry));
      const auto found = matches.find(entry);
      if (found == matches.end()) continue;
      const auto& names = found->second;
      text +=
          fmt::format(" ({} files: {}{})", names.size(), names[0],
                      names.size() == 1 ? "" : ", " + names[1] + (names.size() > 2 ? " ..." : ""));
    }
  }
  if (matches.empty()) return invalid("{}", text);
  return invalid("{}; give the path of one file", text);
}

}  // namespace

Result<std::string> choose_entry(std::string_view shown, const std::vector<EntryRule>& rules,
                                 const std::vector<std::string>& names) {
  for (const EntryRule& rule : rules) {
    for (const std::string& entry : rule.entries) {
      if (!is_pattern(entry) && std::ranges::find(names, entry) != names.end()) return entry;
    }
  }
  std::set<std::string> chosen;
  std::map<std::string, std::vector<std::string>> matches;
  for (const EntryRule& rule : rules) {
    for (const std::string& entry : rule.entries) {
      if (!is_pattern(entry)) continue;
      std::vector<std::string> found;
      std::ranges::copy_if(names, std::back_inserter(found),
                           [&](const std::string& name) { return matches_glob(name, entry); });
      if (found.empty()) continue;
      if (found.size() == 1) chosen.insert(found.front());
      matches.emplace(entry, found);
      if (found.size() == 1) break;  // this loader knows what it would open
    }
  }
  if (chosen.size() == 1) return *chosen.begin();
  return nothing_to_open(shown, rules, matches);
}

Result<std::string> path_to_open(Engine& engine, const std::string& path, std::string_view loader) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return path;
  auto names = files_of(path);
  if (!names.ok()) return names.status().at(path);
  TENON_TRY_ASSIGN(const std::string entry, choose_entry(path, rules_of(engine, loader), *names));
  return (fs::path(path) / entry).string();
}

}  // namespace tenon
