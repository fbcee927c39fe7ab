// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/library.h"

#include <vector>  // Boost.DLL forgets it

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include <dlfcn.h>

#include <mutex>

namespace tenon {
namespace {

// Never destroyed: a library that is unloaded takes its threads' code with it.
struct OpenLibraries {
  std::mutex mutex;
  std::vector<boost::dll::shared_library> libraries;
};

OpenLibraries& open_libraries() {
  static auto* const libraries = new OpenLibraries;
  return *libraries;
}

// What the system said: Boost.DLL wraps it in words of its own and an error code that says nothing.
std::string system_message(std::string_view text) {
  constexpr std::string_view before = "dlerror system message: ";
  const size_t begin = text.find(before);
  const size_t end = text.rfind("): ");
  if (begin == text.npos || end == text.npos || end < begin + before.size()) {
    return std::string(text);
  }
  return std::string(text.substr(begin + before.size(), end - begin - before.size()));
}

Result<tenon_entry> open_entry(const std::string& path) {
  namespace dll = boost::dll;
  const auto mode =
      dll::load_mode::rtld_now | static_cast<dll::load_mode::type>(RTLD_NODELETE | RTLD_LOCAL);
  OpenLibraries& all = open_libraries();
  const std::lock_guard lock(all.mutex);
  try {
    dll::shared_library library(std::filesystem::path(path), mode);
    if (!library.has(TENON_ENTRY_SYMBOL)) {
      return invalid("does not export {}", TENON_ENTRY_SYMBOL);
    }
    tenon_entry entry = &library.get<std::remove_pointer_t<tenon_entry>>(TENON_ENTRY_SYMBOL);
    all.libraries.push_back(std::move(library));
    return entry;
  } catch (const std::exception& error) {
    return invalid("cannot be opened: {}", system_message(error.what()));
  }
}

}  // namespace

Status check_plugin_table(const tenon_plugin* plugin) {
  if (plugin == nullptr) {
    return version_mismatch("needs a newer engine than one with interface {}.{}", TENON_ABI_MAJOR,
                            TENON_ABI_MINOR);
  }
  if (plugin->size != sizeof(tenon_plugin)) {
    return version_mismatch("its entry table states {} bytes, expected {}", plugin->size,
                            sizeof(tenon_plugin));
  }
  if (plugin->start == nullptr || plugin->stop == nullptr || plugin->query == nullptr) {
    return invalid("its entry table lacks a function");
  }
  return {};
}

Result<const tenon_plugin*> open_library(const std::string& path) {
  if (!path.starts_with('/')) return invalid("{}: a plugin is opened by absolute path only", path);
  TENON_TRY_ASSIGN(const tenon_entry entry, open_entry(path));
  try {
    const tenon_plugin* plugin = entry(TENON_ABI_MINOR);
    TENON_TRY(check_plugin_table(plugin));
    return plugin;
  } catch (...) {
    return internal_error("an exception left {}", TENON_ENTRY_SYMBOL);
  }
}

}  // namespace tenon
