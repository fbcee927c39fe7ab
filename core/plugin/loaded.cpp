// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/loaded.h"

#include "core/base/border.h"
#include "core/plugin/library.h"

namespace tenon {

Result<std::unique_ptr<LoadedPlugin>> LoadedPlugin::start(const tenon_plugin& plugin,
                                                          Manifest manifest,
                                                          const tenon_host& host) {
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
  return std::unique_ptr<LoadedPlugin>(new LoadedPlugin(plugin, std::move(manifest), self));
}

Status LoadedPlugin::check() const {
  for (const std::string& interface : manifest_.interfaces) {
    TENON_TRY(check_table(interface, plugin_.query(self_, to_str(interface))));
  }
  return {};
}

LoadedPlugin::~LoadedPlugin() { plugin_.stop(self_); }

const void* LoadedPlugin::query(std::string_view id) const {
  const void* table = plugin_.query(self_, to_str(id));
  return table != nullptr && check_table(id, table).ok() ? table : nullptr;
}

}  // namespace tenon
