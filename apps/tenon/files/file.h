// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

// Whole files in and out. Only regular files are read; a written file appears complete or not at
// all. [any thread]
namespace tenon::files {

constexpr uint64_t max_file_bytes = uint64_t{4} << 30;

Result<std::vector<std::byte>> read_file(const std::string& path,
                                         uint64_t max_bytes = max_file_bytes);

// Writes beside the target and renames; an existing file is replaced. A device or pipe as target
// ("/dev/stdout") is written directly.
Status write_file(const std::string& path, std::span<const std::byte> bytes);

// "a/b.npy" ends with ".npy", whatever the case of the letters.
bool has_extension(std::string_view path, std::string_view extension);

}  // namespace tenon::files
