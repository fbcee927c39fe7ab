// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/json.h"
#include "tenon/status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What a plugin says about itself without being opened: the JSON text of its ELF note. Values of
// their own. [any thread]
namespace tenon {

// Bytes at an offset of a file by which a loader recognises its format.
struct Magic {
  uint64_t offset = 0;
  std::string bytes;
};

// An option of start() or of a load, as a plugin documents it.
struct PluginOption {
  std::string name, type, otherwise, doc;
};

struct Manifest {
  std::string id;       // "org.tenon.backend.reference"
  std::string version;  // "0.1.0"
  uint32_t abi_major = 0;
  uint32_t abi_minor = 0;               // the least that the host must have
  std::vector<std::string> interfaces;  // "tenon.backend/1"
  std::string kind;                     // "backend", "loader" ...; from interfaces when not given
  std::string description, licence, home;
  std::vector<Magic> magics;
  std::vector<std::string> extensions;  // without dot
  // Files by which a loader opens a directory: names, or patterns with * and ?, best first.
  std::vector<std::string> entries;
  std::vector<PluginOption> options;

  bool offers(std::string_view interface) const;
};

// Refuses text that breaks a rule and plugins that this host is too old or too new for.
Result<Manifest> parse_manifest(std::string_view text);

Json to_json(const Manifest& manifest);

// Below, equal to or above zero as version a is lower, equal or higher: numbers compare as numbers.
int compare_versions(std::string_view a, std::string_view b);

}  // namespace tenon
