// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/platform_file.h"

#include "tenon/status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Where plugin files are looked for, which of them are to be trusted, and which the user wants.
// Nothing is opened as a library here. [any thread]
namespace tenon {

// The standard directories, first choice first: TENON_PLUGIN_PATH, the user's data directory,
// beside this library, then the system's. Relative entries of the variable come back in refused.
struct SearchPath {
  std::vector<std::string> directories;
  std::vector<std::pair<std::string, std::string>> refused;  // entry and reason
};
SearchPath standard_search_path();

// Absolute paths of the files of a directory, sorted by name: any name counts. Empty when there is
// no such directory; a failure when others could have put files there.
Result<std::vector<std::string>> plugin_files(const std::string& directory);

// What tells one state of a file from another.
struct FileIdentity {
  uint64_t device = 0, inode = 0, bytes = 0, modified_ns = 0;
  auto operator<=>(const FileIdentity&) const = default;
};

struct TrustedFile {
  Descriptor descriptor;
  FileIdentity identity;
};

// Opens a plugin file that only root and the user can have written; links are not followed.
Result<TrustedFile> open_trusted(const std::string& path);

// Whether only root and the user can have put files into a directory: it and all above it.
Status check_directory(const std::string& path);

// TENON_PLUGINS: patterns separated by commas, "-" in front disables ("open*,-*cuda*").
class PluginSelection {
 public:
  explicit PluginSelection(std::string_view patterns);
  // A pattern matches a whole id or its last word.
  bool wants(std::string_view id) const;

 private:
  std::vector<std::string> wanted_, unwanted_;
};

}  // namespace tenon
