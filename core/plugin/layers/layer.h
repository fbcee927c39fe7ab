// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/loader.h"
#include "tenon/abi/draft/pipeline.h"
#include "tenon/abi/draft/programs.h"
#include "tenon/status.h"

#include <memory>
#include <string_view>

// Wrappers around a plugin's tables, chosen with TENON_LAYERS: the host calls the layer, the layer
// calls the plugin. A layer has handles of its own, so that it sees every object that crosses.
// Layers are made before the plugin is used and end before it stops.
namespace tenon {

// What a plugin answers: the first argument of its functions, and tables by id.
class PluginTables {
 public:
  virtual ~PluginTables() = default;
  virtual void* self() = 0;
  virtual const void* query(std::string_view id) = 0;
};

// A layer that watches backends and passes the calls of loaders and pipelines on. Tables that it
// does not know are hidden, because their first argument would be the wrong one.
class PluginLayer : public PluginTables {
 public:
  explicit PluginLayer(std::unique_ptr<PluginTables> inner);
  void* self() final { return this; }
  const void* query(std::string_view id) final;

  PluginTables& inner() { return *inner_; }
  const tenon_backend& inner_backend() const { return *backend_; }
  const tenon_programs& inner_programs() const { return *programs_; }

 private:
  virtual const tenon_backend& backend() const = 0;
  virtual const tenon_programs& programs() const = 0;

  std::unique_ptr<PluginTables> inner_;
  const tenon_backend* backend_;
  const tenon_programs* programs_;
};

// The object behind a handle that a layer gave out, and the handle of an object.
template <class Object, class Handle>
Object* object_of(Handle* handle) {
  return reinterpret_cast<Object*>(handle);
}
template <class Handle, class Object>
Handle* handle_of(Object* object) {
  return reinterpret_cast<Handle*>(object);
}

// Whether all names of a list ("validate,fault") are layers, and the fault script is sound.
Status check_layers(std::string_view names);
// The plugin with the layers of the list around it, the first outermost.
std::unique_ptr<PluginTables> with_layers(std::unique_ptr<PluginTables> plugin,
                                          std::string_view names);

std::unique_ptr<PluginTables> validate_layer(std::unique_ptr<PluginTables> inner);
std::unique_ptr<PluginTables> fault_layer(std::unique_ptr<PluginTables> inner);

}  // namespace tenon
