// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/loaded.h"
#include "core/plugin/manifest.h"
#include "core/plugin/registry.h"
#include "core/plugin/search.h"

#include "tenon/status.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

// Finds plugins, tells which can be used and why the others cannot, and starts them on demand.
// Owned by the engine. [any thread]
namespace tenon {

struct PluginHostOptions {
  std::vector<std::string> directories = {};  // absolute, searched first
  bool default_directories = true;
  // Try a library that is not known yet in a child process before it is opened here.
  bool probe = false;
  std::string layers = {};  // "validate,fault"; empty: TENON_LAYERS
  std::vector<const tenon_plugin*> static_plugins = {};
  std::map<std::string, const void*> services = {};  // host tables by id
  std::string probe_program = {};                    // empty: where it is installed
  std::string registry = {};  // file of probe results; empty: in the user's cache directory
};

enum class PluginState : uint8_t {
  ready,        // can be started
  started,      //
  refused,      // breaks a rule, or could not be opened or started
  quarantined,  // its probe crashed, hung or misbehaved
  shadowed,     // another file with the same id is used
  disabled,     // by TENON_PLUGINS
};
std::string_view name_of(PluginState state);

// One candidate file, or one plugin linked into the application (empty path).
struct PluginRecord {
  std::string path;
  Manifest manifest;  // without id when it could not be read
  PluginState state = PluginState::refused;
  std::string reason;   // why it is not ready, or what went wrong since
  std::string printed;  // what it wrote to standard error in its probe
  FileIdentity identity;
  const tenon_plugin* linked = nullptr;
};

class PluginHost {
 public:
  // Searches; opens nothing. Fails for options that make no sense.
  static Result<std::unique_ptr<PluginHost>> make(PluginHostOptions options);
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;
  ~PluginHost();

  // All candidates, in search order.
  std::vector<PluginRecord> records() const;
  // Where was searched, in order, and why a directory was left out ("" = searched).
  const std::vector<std::pair<std::string, std::string>>& directories() const { return searched_; }
  // Usable plugins whose manifest names the interface, sorted by id. [borrowed] Of what they
  // point to only the manifest and the path may be read.
  std::vector<const PluginRecord*> candidates(std::string_view interface) const;
  // Starts it, once; probes it first when probing is on and it is unknown. [borrowed]
  Result<LoadedPlugin*> load(const PluginRecord& record);
  Result<LoadedPlugin*> load(std::string_view id);
  // Keeps a reason with a plugin that started and then failed at something.
  void note(const LoadedPlugin& plugin, std::string reason);
  // Stops all started plugins, last first; nothing of theirs is used any more.
  void stop();

  // Directories searched and every candidate with its state and reason, for people.
  std::string explain() const;

 private:
  explicit PluginHost(PluginHostOptions options) : options_(std::move(options)) {}
  void scan();
  void scan_directory(const std::string& path);
  void examine_linked(const tenon_plugin* plugin);
  PluginRecord examine(const std::string& path) const;
  void apply_selection();
  void shadow_duplicates();
  Result<LoadedPlugin*> load(PluginRecord* record, std::string_view id);
  Status judge(PluginRecord& record, const ProbeVerdict& verdict);
  Status probe(PluginRecord& record);
  Result<std::unique_ptr<LoadedPlugin>> start(const PluginRecord& record);

  PluginHostOptions options_;
  const tenon_host* table_ = nullptr;
  std::vector<std::pair<std::string, std::string>> searched_;
  mutable std::mutex mutex_;           // guards states, reasons and what follows
  std::vector<PluginRecord> records_;  // does not change its size after the search
  std::vector<std::unique_ptr<LoadedPlugin>> loaded_;
  std::unique_ptr<ProbeRegistry> registry_;  // null when plugins are not probed
};

}  // namespace tenon
