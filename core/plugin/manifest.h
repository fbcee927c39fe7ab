// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What a plugin says of itself before any of its code runs: JSON in an ELF note. [any thread]
namespace tenon {

struct Manifest {
  std::string id;       // reverse DNS
  std::string version;
  std::string kind;     // "backend", "loader", "pipeline"
  uint32_t abi_major = 0, abi_minor = 0;
  std::vector<std::string> interfaces;
  std::vector<std::string> extensions;
  std::string licence;
};

Result<Manifest> parse_manifest(std::string_view json);

}  // namespace tenon
