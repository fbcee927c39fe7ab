// SPDX-License-Identifier: Apache-2.0
#include "core/api/engine.h"

#include "core/api/models_service.h"
#include "core/api/sequences_service.h"
#include "core/run/services.h"

#include <algorithm>
#include <tuple>

namespace tenon {
namespace {

// Accelerators come before CPUs, and faster before slower; virtual devices come last.
int rank_of(const DeviceInfo& info) {
  switch (info.kind) {
    case TENON_DEVICE_GPU:
    case TENON_DEVICE_NPU:
      return 0;
    case TENON_DEVICE_IGPU:
    case TENON_DEVICE_FPGA:
      return 1;
    case TENON_DEVICE_CPU:
      return 2;
    default:
      return 3;
  }
}

bool better(const DeviceInfo& a, const DeviceInfo& b) {
  if (rank_of(a) != rank_of(b)) return rank_of(a) < rank_of(b);
  if (a.gflops != b.gflops) return a.gflops > b.gflops;
  return std::tie(a.plugin, a.ordinal) < std::tie(b.plugin, b.ordinal);
}

// "opencl:1", or "opencl" for the first of its backend.
bool is_named(const DeviceInfo& info, std::string_view name) {
  return info.id == name || info.id.substr(0, info.id.find(':')) == name;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::make(PluginHostOptions options) {
  for (const char* id : {TENON_TASKS_ID, TENON_MEMORY_ID, TENON_CONSTANT_ID, TENON_CACHE_ID,
                         TENON_CPU_ID, TENON_TRACE_ID}) {
    options.services[id] = host_service_table(id);
  }
  options.services[TENON_MODELS_ID] = &models_service();
  options.services[TENON_SEQUENCES_ID] = &sequences_service();
  TENON_TRY_ASSIGN(auto plugins, PluginHost::make(std::move(options)));
  return std::unique_ptr<Engine>(new Engine(std::move(plugins)));
}

TextFiles Engine::texts(std::string_view folder, std::string_view ending) const {
  std::vector<std::string> directories;
  for (const auto& [path, left_out] : plugins_->directories()) {
    if (left_out.empty()) directories.push_back(path);
  }
  return find_text_files(directories, folder, ending);
}

const Recipes& Engine::recipes() {
  const std::lock_guard lock(mutex_);
  if (!recipes_) {
    recipes_ = std::make_unique<const Recipes>(Recipes::read(texts("recipes", ".recipe")));
  }
  return *recipes_;
}

const Formats& Engine::formats() {
  const std::lock_guard lock(mutex_);
  if (!formats_) {
    auto formats = std::make_unique<Formats>();
    const TextFiles found = texts("formats", ".quant");
    for (const auto& [path, reason] : found.refused) formats->refuse(path, reason);
    for (const TextFile& file : found.files) formats->add(file.path, file.content);
    formats_ = std::move(formats);
  }
  return *formats_;
}

Engine::~Engine() {
  open_.clear();
  plugins_->stop();
}

std::vector<Engine::Offer> Engine::offers(std::string_view interface) {
  std::vector<Offer> found;
  for (const PluginRecord* record : plugins_->candidates(interface)) {
    auto plugin = plugins_->load(*record);
    if (!plugin.ok()) continue;
    if (const void* table = (*plugin)->query(interface)) found.push_back({*plugin, table});
  }
  return found;
}

void Engine::list(const PluginRecord& record) {
  if (!listed_.insert(record.manifest.id).second) return;
  auto plugin = plugins_->load(record);
  if (!plugin.ok()) return;
  BackendTables tables;
  tables.backend = static_cast<const tenon_backend*>((*plugin)->query(TENON_BACKEND_ID));
  tables.programs = static_cast<const tenon_programs*>((*plugin)->query(TENON_PROGRAMS_ID));
  tables.self = (*plugin)->self();
  tables.plugin = (*plugin)->manifest().id;
  if (tables.backend == nullptr || tables.programs == nullptr) return;
  auto listed = list_devices(tables);
  if (!listed.ok()) {
    plugins_->note(**plugin, std::string(listed.status().message()));
    return;
  }
  backends_[tables.plugin] = tables;
  infos_.insert(infos_.end(), listed->begin(), listed->end());
  std::ranges::stable_sort(infos_, better);
}

void Engine::find_devices() {
  if (found_) return;
  for (const PluginRecord* record : plugins_->candidates(TENON_BACKEND_ID)) list(*record);
  found_ = true;
}

// Others are not asked, which spares loading their drivers.
bool Engine::find_device(std::string_view name) {
  const std::string_view word = name.substr(0, name.find(':'));
  for (const PluginRecord* record : plugins_->candidates(TENON_BACKEND_ID)) {
    const std::string_view id = record->manifest.id;
    if (id.substr(id.rfind('.') + 1) == word) list(*record);
  }
  return std::ranges::any_of(infos_, [&](const DeviceInfo& info) { return is_named(info, name); });
}

Result<std::vector<DeviceInfo>> Engine::devices() {
  const std::lock_guard lock(mutex_);
  find_devices();
  return infos_;
}

Result<Device*> Engine::open(const DeviceInfo& info) {
  auto& slot = open_[info.id];
  if (!slot) {
    TENON_TRY_ASSIGN(slot, Device::open(backends_.at(info.plugin), info));
  }
  return slot.get();
}

uint64_t Engine::allocated(const std::string& device) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(device);
  return found == open_.end() || !found->second ? 0 : found->second->allocated();
}

Result<Engine::Choice> Engine::choose(std::string_view list) {
  const std::lock_guard lock(mutex_);
  Choice choice;
  if (list.empty() || list == "auto") {
    find_devices();
    for (const DeviceInfo& info : infos_) {
      // A device that does not open is left out; naming it says why.
      if (auto device = open(info); device.ok()) choice.devices.push_back(*device);
    }
    if (choice.devices.empty()) {
      return device_error("no device answers; tenon plugins says what was found and what was not");
    }
    return choice;
  }
  for (const std::string& name : split(list)) {
    if (!find_device(name)) find_devices();
    const auto found =
        std::ranges::find_if(infos_, [&](const DeviceInfo& info) { return is_named(info, name); });
    if (found == infos_.end()) {
      std::string known;
      for (const DeviceInfo& info : infos_) known += (known.empty() ? "" : ", ") + info.id;
      return device_error("there is no device \"{}\"; devices are: {}; tenon plugins says more",
                          name, known.empty() ? "none" : known);
    }
    TENON_TRY_ASSIGN(Device * device, open(*found));
    if (std::ranges::count(choice.devices, device) == 0) choice.devices.push_back(device);
  }
  if (choice.devices.empty()) return invalid("the list of devices is empty");
  choice.mixing = choice.devices.size() == 1 ? Mixing::strict : Mixing::listed;
  return choice;
}

}  // namespace tenon
