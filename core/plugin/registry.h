// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/probe.h"
#include "core/plugin/search.h"

#include "tenon/json.h"
#include "tenon/status.h"

#include <optional>
#include <string>
#include <vector>

// What probes found, kept between runs in one JSON file. A verdict holds as long as the file, the
// engine and the environment that devices depend on stay the same; a quarantine at most a day. A
// damaged file is an empty one. Guarded by its owner.
namespace tenon {

class ProbeRegistry {
 public:
  // An empty path keeps nothing.
  explicit ProbeRegistry(std::string path);

  // Default place: registry-1.json in the user's cache directory, or "".
  static std::string default_path();

  // A verdict that still holds at `now` (seconds since 1970).
  std::optional<ProbeVerdict> find(const FileIdentity& file, int64_t now) const;
  // Keeps a verdict and writes the file. Failures of the environment are not kept.
  Status store(const std::string& path, const FileIdentity& file, const ProbeVerdict& verdict,
               int64_t now);

 private:
  struct Entry {
    std::string key;
    std::string path;
    ProbeVerdict verdict;
    int64_t time = 0;
    int64_t count = 0;  // probes in a row that ended in quarantine
  };
  std::string key_of(const FileIdentity& file) const;
  static Json to_json(const Entry& entry);
  static Entry from_json(const Json& json);

  std::string path_;
  std::string environment_;
  std::vector<Entry> entries_;
};

// Hash of what devices depend on besides the plugin's file: driver versions, variables that select
// devices, the kernel.
std::string environment_fingerprint();

}  // namespace tenon
