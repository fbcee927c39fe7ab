// SPDX-License-Identifier: Apache-2.0
#include "core/base/platform.h"
#include "core/base/platform_file.h"
#include "core/base/text.h"

#include "tenon/json.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

// Files that a model refers to by name. The kernel keeps the walk inside the directory where it
// can; where links lead elsewhere (caches whose entries are links into a store), the resolved path
// is judged instead.
namespace tenon {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t open_flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
constexpr size_t longest_name = 1024;

Status check_name(std::string_view name) {
  const auto refused = [&](std::string_view why) {
    return invalid("referenced file {}: {}", in_quotes(name), why);
  };
  if (name.empty() || name.size() > longest_name) return refused("name must have 1 to 1024 bytes");
  if (name.find('\0') != name.npos || !is_utf8(name)) return refused("name is not UTF-8 text");
  if (name.find('\\') != name.npos) return refused("backslash in name");
  if (name[0] == '/' || name[0] == '#' || name[0] == '~') return refused("name is not relative");
  if (name.find(':') != name.npos) return refused("drive or URL prefix in name");
  const std::string bounded = "/" + std::string(name) + "/";
  for (const std::string_view part : {"//", "/./", "/../"}) {
    if (bounded.find(part) != std::string::npos) return refused("empty, . or .. component");
  }
  return {};
}

bool lies_below(const fs::path& path, const fs::path& root) {
  const auto [at_root, at_path] = std::ranges::mismatch(root, path);
  return at_root == root.end() && at_path != path.end();
}

// Opens by resolved path when the kernel alone could not decide.
Result<Descriptor> open_resolved(const fs::path& directory, const std::string& model_path,
                                 const std::string& name) {
  std::error_code error;
  const fs::path resolved = fs::canonical(directory / name, error);
  if (error) return io_error("{}: {}", (directory / name).string(), error.message());
  const fs::path root = fs::canonical(directory, error);
  const fs::path model = fs::canonical(model_path, error);
  const bool inside =
      !error && (lies_below(resolved, root) || lies_below(resolved, model.parent_path()));
  if (!inside)
    return invalid("referenced file {}: leads out of the model's directory", in_quotes(name));
  struct stat expected {};
  struct stat found {};
  if (lstat(resolved.c_str(), &expected) != 0) {
    return io_error("{}: {}", resolved.string(), error_text(errno));
  }
  Descriptor file(open(resolved.c_str(), static_cast<int>(open_flags) | O_NOFOLLOW));
  if (!file.valid()) return io_error("{}: {}", resolved.string(), error_text(errno));
  if (fstat(file.get(), &found) != 0 || found.st_dev != expected.st_dev ||
      found.st_ino != expected.st_ino) {
    return io_error("{}: changed while it was opened", resolved.string());
  }
  return file;
}

}  // namespace

Result<MappedFile> map_sibling(const std::string& model_path, std::string_view name) {
  TENON_TRY(check_name(name));
  const std::string terminated(name);
  fs::path directory = fs::path(model_path).parent_path();
  if (directory.empty()) directory = ".";
  const std::string shown = (directory / terminated).string();
  const Descriptor root(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid()) return io_error("{}: {}", directory.string(), error_text(errno));
  open_how how{};
  how.flags = open_flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  Descriptor file(
      static_cast<int>(syscall(SYS_openat2, root.get(), terminated.c_str(), &how, sizeof how)));
  if (!file.valid()) {
    if (errno == ENOENT || errno == EACCES) return io_error("{}: {}", shown, error_text(errno));
    TENON_TRY_ASSIGN(file, open_resolved(directory, model_path, terminated));
  }
  return map_descriptor(file, shown);
}

}  // namespace tenon
