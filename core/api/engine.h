// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/device.h"
#include "core/formats/formats.h"
#include "core/plan/placement.h"
#include "core/plugin/host.h"
#include "core/plugin/text_files.h"
#include "core/recipes/recipes.h"

#include "tenon/json.h"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

// The plugins and devices of one application. Plugins start when first needed, devices open when
// first used; both stay until the engine ends. Outlives every model. [any thread]
namespace tenon {

class Engine {
 public:
  static Result<std::unique_ptr<Engine>> make(PluginHostOptions options);
  ~Engine();

  PluginHost& plugins() { return *plugins_; }
  // The interface table of the plugins that offer it, started; plugins that fail are left out and
  // keep their reason.
  struct Offer {
    LoadedPlugin* plugin;
    const void* table;
  };
  std::vector<Offer> offers(std::string_view interface);

  // Quantization formats, read from the folders "formats" beside the plugins when first wanted.
  const Formats& formats();

  // All devices that answer, best first: what "auto" means.
  Result<std::vector<DeviceInfo>> devices();
  // The devices of a list such as "opencl:0,reference" or "auto", and how they may be mixed.
  struct Choice {
    std::vector<Device*> devices;
    Mixing mixing = Mixing::automatic;
  };
  Result<Choice> choose(std::string_view list);
  // Model families, read from the folders "recipes" beside the plugins when first wanted.
  const Recipes& recipes();
  // Bytes that the engine's models and sessions hold on the device now.
  uint64_t allocated(const std::string& device);

 private:
  explicit Engine(std::unique_ptr<PluginHost> plugins) : plugins_(std::move(plugins)) {}
  // What lies in a folder beside the plugins.
  TextFiles texts(std::string_view folder, std::string_view ending) const;
  // All backends; or the one that has the device of a name, when the plugin's name tells so.
  void find_devices();
  bool find_device(std::string_view name);
  void list(const PluginRecord& record);
  Result<Device*> open(const DeviceInfo& info);

  std::unique_ptr<PluginHost> plugins_;
  std::mutex mutex_;
  bool found_ = false;                         // all of them
  std::set<std::string, std::less<>> listed_;  // plugins, by id
  std::vector<DeviceInfo> infos_;
  std::unique_ptr<const Recipes> recipes_;
  std::unique_ptr<const Formats> formats_;
  std::map<std::string, BackendTables> backends_;        // by plugin id
  std::map<std::string, std::unique_ptr<Device>> open_;  // by device id
};

// JSON for tenon_engine_describe.
Result<Json> describe_engine(Engine& engine, std::string_view what);

}  // namespace tenon
