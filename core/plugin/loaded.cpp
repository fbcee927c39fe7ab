// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/loaded.h"

#include "core/base/border.h"
#include "core/plugin/library.h"

namespace tenon {
namespace {

// The plugin's own tables; those of a wrong size are not there.
class OwnTables final : public PluginTables {
 public:
  OwnTables(const tenon_plugin& plugin, void* self) : plugin_(plugin), self_(self) {}
  void* self() override { return self_; }
  const void* query(std::string_view id) override {
    const void* table = plugin_.query(self_, to_str(id));
    return table != nullptr && check_table(id, table).ok() ? table : nullptr;
  }

 private:
  const tenon_plugin& plugin_;
  void* self_;
};

}  // namespace

LoadedPlugin::LoadedPlugin(const tenon_plugin& plugin, Manifest manifest, void* self,
                           std::string_view layers)
    : plugin_(plugin),
      manifest_(std::move(manifest)),
      self_(self),
      tables_(with_layers(std::make_unique<OwnTables>(plugin, self), layers)) {}

Result<std::unique_ptr<LoadedPlugin>> LoadedPlugin::start(const tenon_plugin& plugin,
                                                          Manifest manifest, const tenon_host& host,
                                                          std::string_view layers) {
  TENON_TRY(check_plugin_table(&plugin));
  void* self = nullptr;
  tenon_status code = TENON_INTERNAL;
  (void)take_failure(code);  // what an earlier call left behind
  // The contract forbids it, and whoever breaks that rule shall not end the application.
  try {
    code = plugin.start(&host, nullptr, 0, &self);
  } catch (...) {
    return internal_error("an exception left its start function");
  }
  if (code != TENON_OK) return take_failure(code).at("does not start");
  return std::unique_ptr<LoadedPlugin>(new LoadedPlugin(plugin, std::move(manifest), self, layers));
}

Status LoadedPlugin::check() const {
  for (const std::string& interface : manifest_.interfaces) {
    TENON_TRY(check_table(interface, plugin_.query(self_, to_str(interface))));
  }
  return {};
}

LoadedPlugin::~LoadedPlugin() {
  tables_.reset();
  plugin_.stop(self_);
}

}  // namespace tenon
