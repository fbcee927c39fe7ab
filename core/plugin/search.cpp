// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/search.h"

#include "core/base/platform.h"
#include "core/base/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace tenon {
namespace {

namespace fs = std::filesystem;

// The major number of the contract is part of the path.
constexpr std::string_view below_library = "/tenon/plugins/1";

// Who else could have written this, or "".
std::string untrusted_owner(const struct stat& facts) {
  if (facts.st_uid != 0 && facts.st_uid != geteuid()) {
    return fmt::format("is owned by user {}, neither root nor this user", facts.st_uid);
  }
  if ((facts.st_mode & S_IWOTH) != 0) return "can be written by everyone";
  if ((facts.st_mode & S_IWGRP) != 0 && facts.st_gid != 0 && facts.st_gid != getegid()) {
    return fmt::format("can be written by group {}", facts.st_gid);
  }
  return {};
}

bool is_sticky_root(const struct stat& facts) {
  return (facts.st_mode & S_ISVTX) != 0 && facts.st_uid == 0;
}

}  // namespace

SearchPath standard_search_path() {
  SearchPath search;
  const std::string variable = environment("TENON_PLUGIN_PATH").value_or("");
  for (const std::string_view entry : split(variable, ':')) {
    if (entry.starts_with('/')) {
      search.directories.emplace_back(entry);
    } else {
      search.refused.emplace_back(in_quotes(entry), "relative entry of TENON_PLUGIN_PATH");
    }
  }
  if (const auto data = user_data_directory()) {
    search.directories.push_back(*data + "/plugins/1");
  }
  if (const std::string beside = library_directory(); !beside.empty()) {
    search.directories.push_back(beside + std::string(below_library));
  }
  for (const std::string_view lib : {"/usr/local/lib", "/usr/lib/" TENON_TRIPLET}) {
    search.directories.push_back(std::string(lib) + std::string(below_library));
  }
  return search;
}

Status check_directory(const std::string& path) {
  std::error_code error;
  const fs::path directory = fs::canonical(path, error);
  if (error) return io_error("{}: {}", path, error.message());
  for (fs::path at = directory;; at = at.parent_path()) {
    struct stat facts {};
    if (stat(at.c_str(), &facts) != 0) return io_error("{}: {}", at.string(), error_text(errno));
    const std::string reason = untrusted_owner(facts);
    // In a sticky directory such as /tmp others cannot replace what is not theirs.
    const bool allowed = reason.empty() || (at != directory && is_sticky_root(facts));
    if (!allowed) return invalid("{}: not trusted: {} {}", path, at.string(), reason);
    if (at == at.root_path()) return {};
  }
}

Result<std::vector<std::string>> plugin_files(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  const fs::path real = fs::canonical(directory, error);
  if (error == std::errc::no_such_file_or_directory) return files;
  if (error) return io_error("{}: {}", directory, error.message());
  TENON_TRY(check_directory(real));
  for (fs::directory_iterator entry(real, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    const std::string name = entry->path().filename();
    if (entry->is_directory(ignored) || name.ends_with(".json")) continue;
    files.push_back(entry->path());
  }
  if (error) return io_error("{}: {}", directory, error.message());
  std::ranges::sort(files);
  return files;
}

Result<TrustedFile> open_trusted(const std::string& path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW));
  if (!file.valid() && errno == ELOOP) return invalid("is a symbolic link");
  if (!file.valid()) return io_error("{}", error_text(errno));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return io_error("{}", error_text(errno));
  if (!S_ISREG(facts.st_mode)) return invalid("is no regular file");
  if (const std::string reason = untrusted_owner(facts); !reason.empty()) {
    return invalid("not trusted: {}", reason);
  }
  const auto seconds = static_cast<uint64_t>(facts.st_mtim.tv_sec);
  const FileIdentity identity = {
      .device = facts.st_dev,
      .inode = facts.st_ino,
      .bytes = static_cast<uint64_t>(facts.st_size),
      .modified_ns = seconds * 1'000'000'000 + static_cast<uint64_t>(facts.st_mtim.tv_nsec)};
  return TrustedFile{std::move(file), identity};
}

PluginSelection::PluginSelection(std::string_view patterns) {
  for (std::string_view pattern : split(patterns, ',')) {
    pattern = trim(pattern);
    const bool disables = pattern.starts_with('-');
    if (disables) pattern.remove_prefix(1);
    (disables ? unwanted_ : wanted_).emplace_back(pattern);
  }
}

bool PluginSelection::wants(std::string_view id) const {
  const std::string_view word = id.substr(id.rfind('.') + 1);
  const auto matches = [&](const std::string& pattern) {
    return matches_glob(id, pattern) || matches_glob(word, pattern);
  };
  if (std::ranges::any_of(unwanted_, matches)) return false;
  return wanted_.empty() || std::ranges::any_of(wanted_, matches);
}

}  // namespace tenon
