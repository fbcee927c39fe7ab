// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/manifest.h"

#include "tenon/abi/draft/plugin.h"
#include "tenon/status.h"

#include <memory>
#include <string_view>

// A plugin that was started; stopped when this object ends. Its library stays open. [any thread]
namespace tenon {

class LoadedPlugin {
 public:
  // Calls the plugin's start function.
  static Result<std::unique_ptr<LoadedPlugin>> start(const tenon_plugin& plugin, Manifest manifest,
                                                     const tenon_host& host);
  LoadedPlugin(const LoadedPlugin&) = delete;
  LoadedPlugin& operator=(const LoadedPlugin&) = delete;
  ~LoadedPlugin();

  // Whether it answers a sound table for each interface that its manifest names.
  Status check() const;

  const Manifest& manifest() const { return manifest_; }
  // First argument of the functions of its tables.
  void* self() const { return self_; }
  // A table by interface id ("tenon.backend/1"), or null.
  const void* query(std::string_view id) const;

 private:
  LoadedPlugin(const tenon_plugin& plugin, Manifest manifest, void* self)
      : plugin_(plugin), manifest_(std::move(manifest)), self_(self) {}

  const tenon_plugin& plugin_;
  Manifest manifest_;
  void* self_;
};

}  // namespace tenon
