// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstddef>
#include <optional>
#include <string>

// What the operating system tells about this process. Files are in platform_file.h, child
// processes in platform_child.h. [any thread]
namespace tenon {

// An environment variable that is set and not empty; nothing in a process with raised rights.
std::optional<std::string> environment(const char* name);

// Directory of the library or program that this code is part of, resolved; "" if unknown.
std::string library_directory();

// The user's cache and data directories by the XDG rules ("$XDG_CACHE_HOME" or "~/.cache", then
// "/tenon"); nothing without a home directory.
std::optional<std::string> user_cache_directory();
std::optional<std::string> user_data_directory();

size_t page_size();

// Message of an errno value: "no such file or directory".
std::string error_text(int error);

}  // namespace tenon
