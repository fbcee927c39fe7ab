// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

// Reads a plugin file without opening it as a library: is it whole, is it for this machine, which
// libraries does it need, what does its manifest say. Every number of the file is checked against
// its size; a file that passes can still be wrong inside, which is what the probe is for.
// [any thread]
namespace tenon {

struct ElfFacts {
  std::string manifest;             // JSON text of the note
  std::vector<std::string> needed;  // names of libraries, never paths
  std::string runpath;              // empty or relative to the file's own directory
};

Result<ElfFacts> read_elf(std::span<const std::byte> file);

}  // namespace tenon
