// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/manifest.h"

#include "tenon/abi/draft/plugin.h"
#include "tenon/status.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// The plugins of one application: finds files, reads their manifests without loading them, starts
// the ones asked for, keeps the reason for every one that is not used. Libraries are never
// unloaded. [any thread]
namespace tenon {

struct PluginHostOptions {
  std::vector<std::string> directories;  // searched first
  bool default_directories = true;
  bool probe = false;  // first use of an unknown library happens in a child process
  std::string layers;  // "validate,fault"; TENON_LAYERS when empty
  std::vector<const tenon_plugin*> static_plugins;
  std::map<std::string, const void*> services;  // host tables by id
};

enum class PluginState : uint8_t { ready, started, refused, quarantined, shadowed, disabled };
std::string_view name_of(PluginState state);

// One candidate file, or one static plugin (empty path).
struct PluginRecord {
  std::string path;
  Manifest manifest;  // empty id when it could not be read
  PluginState state = PluginState::ready;
  std::string reason;  // why it is not ready, or what went wrong since
};

// A started plugin. Lives as long as its host.
class LoadedPlugin {
 public:
  virtual ~LoadedPlugin() = default;
  virtual const Manifest& manifest() const = 0;
  virtual void* self() const = 0;
  // A table by id, wrapped by the active layers, or null.
  virtual const void* query(std::string_view id) = 0;
};

class PluginHost {
 public:
  static Result<std::unique_ptr<PluginHost>> make(PluginHostOptions options);
  virtual ~PluginHost() = default;

  // All candidates, in search order.
  virtual std::vector<PluginRecord> records() const = 0;
  // Where was searched, in order, and why a directory was left out ("" = searched).
  virtual std::vector<std::pair<std::string, std::string>> directories() const = 0;
  // Usable plugins whose manifest names the interface. [borrowed]
  virtual std::vector<const PluginRecord*> candidates(std::string_view interface) const = 0;
  // Starts it, once; probes it first when probing is on and it is unknown.
  virtual Result<LoadedPlugin*> load(const PluginRecord& record) = 0;
  // Keeps a reason with a plugin that started and then failed at something.
  virtual void note(const LoadedPlugin& plugin, std::string reason) = 0;
  // Stops all started plugins; nothing of theirs is used any more. Called once, at shutdown.
  virtual void stop() = 0;
};

}  // namespace tenon
