// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/layers/layer.h"
#include "core/plugin/manifest.h"

#include "tenon/abi/draft/plugin.h"
#include "tenon/status.h"

#include <memory>
#include <string_view>

// A plugin that was started; stopped when this object ends. Its library stays open. [any thread]
namespace tenon {

class LoadedPlugin {
 public:
  // Calls the plugin's start function. layers: names of those to put around its tables.
  static Result<std::unique_ptr<LoadedPlugin>> start(const tenon_plugin& plugin, Manifest manifest,
                                                     const tenon_host& host,
                                                     std::string_view layers = {});
  LoadedPlugin(const LoadedPlugin&) = delete;
  LoadedPlugin& operator=(const LoadedPlugin&) = delete;
  ~LoadedPlugin();

  // Whether it answers a sound table for each interface that its manifest names.
  Status check() const;

  const Manifest& manifest() const { return manifest_; }
  // First argument of the functions of its tables.
  void* self() const { return tables_->self(); }
  // A table by interface id ("tenon.backend/1"), wrapped by the layers, or null.
  const void* query(std::string_view id) const { return tables_->query(id); }

 private:
  LoadedPlugin(const tenon_plugin& plugin, Manifest manifest, void* self, std::string_view layers);

  const tenon_plugin& plugin_;
  Manifest manifest_;
  void* self_;  // the plugin's own
  std::unique_ptr<PluginTables> tables_;
};

}  // namespace tenon
