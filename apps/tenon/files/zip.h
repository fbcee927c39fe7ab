// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

// Zip archives in memory: stored and deflated entries, zip64. Every range is checked before it is
// used: directory, local headers, overlaps, declared sizes, checksums. [any thread]
namespace tenon::files {

struct ZipEntry {
  std::string name;
  bool deflated = false;
  uint32_t crc = 0;
  uint64_t size = 0;    // when read
  uint64_t stored = 0;  // in the archive
  uint64_t begin = 0;   // where its bytes begin
};

struct ZipLimits {
  uint64_t entry_bytes = uint64_t{4} << 30;
  uint64_t entries = 1'000'000;
  uint64_t directory_bytes = uint64_t{256} << 20;
};

// The entries of an archive in the order of their bytes.
Result<std::vector<ZipEntry>> read_zip_directory(std::span<const std::byte> archive,
                                                 const ZipLimits& limits = {});
// An entry's bytes, its checksum verified.
Result<std::vector<std::byte>> read_zip_entry(std::span<const std::byte> archive,
                                              const ZipEntry& entry);

struct ZipItem {
  std::string name;
  std::vector<std::byte> bytes;
};
// An archive of stored entries below 4 GiB.
Result<std::vector<std::byte>> write_zip(std::span<const ZipItem> items);

}  // namespace tenon::files
