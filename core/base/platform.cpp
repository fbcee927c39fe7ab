// SPDX-License-Identifier: Apache-2.0
#include "core/base/platform.h"

#include "core/base/platform_pause.h"

#include <dlfcn.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <system_error>

namespace tenon {
namespace {

std::optional<std::string> xdg_directory(const char* variable, const char* below_home) {
  // The XDG rules say that relative paths are to be ignored.
  if (auto given = environment(variable); given && given->starts_with('/')) {
    return *given + "/tenon";
  }
  const auto home = environment("HOME");
  if (!home || !home->starts_with('/')) return std::nullopt;
  return *home + below_home + "/tenon";
}

}  // namespace

std::optional<std::string> environment(const char* name) {
  const char* value = secure_getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::string library_directory() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&library_directory), &info) == 0) return {};
  // A program is named as it was called; the link in /proc is the reliable name.
  std::error_code error;
  std::filesystem::path path = std::filesystem::canonical(info.dli_fname, error);
  if (error) path = std::filesystem::canonical("/proc/self/exe", error);
  return error ? std::string() : path.parent_path().string();
}

std::optional<std::string> user_cache_directory() {
  return xdg_directory("XDG_CACHE_HOME", "/.cache");
}
std::optional<std::string> user_data_directory() {
  return xdg_directory("XDG_DATA_HOME", "/.local/share");
}

void yield_core() { sched_yield(); }

size_t page_size() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

std::string error_text(int error) {
  std::string text = std::generic_category().message(error);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace tenon
