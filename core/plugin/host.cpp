// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/host.h"

#include "core/base/platform.h"
#include "core/base/text.h"
#include "core/plugin/elf_manifest.h"
#include "core/plugin/library.h"
#include "core/plugin/service.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>

namespace tenon {
namespace {

std::string shown(const PluginRecord& record) {
  return record.path.empty() ? std::string("(linked in)") : record.path;
}

bool is_usable(const PluginRecord& record) {
  return record.state == PluginState::ready || record.state == PluginState::started;
}

// A device that is lost or busy says nothing about the plugin.
bool is_about_device(Code code) { return code == Code::device || code == Code::device_lost; }

int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

std::string_view name_of(PluginState state) {
  constexpr std::array<std::string_view, 6> names = {"ready",       "started",  "refused",
                                                     "quarantined", "shadowed", "disabled"};
  return names[static_cast<size_t>(state)];
}

Result<std::unique_ptr<PluginHost>> PluginHost::make(PluginHostOptions options) {
  for (const std::string& directory : options.directories) {
    if (!directory.starts_with('/')) {
      return invalid("plugin directory {}: must be an absolute path", in_quotes(directory));
    }
  }
  if (options.layers.empty()) options.layers = environment("TENON_LAYERS").value_or("");
  TENON_TRY(check_layers(options.layers));
  std::unique_ptr<PluginHost> host(new PluginHost(std::move(options)));
  if (host->options_.probe) {
    const std::string& given = host->options_.registry;
    host->registry_ =
        std::make_unique<ProbeRegistry>(given.empty() ? ProbeRegistry::default_path() : given);
  }
  host->table_ = &host_table(host->options_.services);
  host->scan();
  return host;
}

PluginHost::~PluginHost() { stop(); }

void PluginHost::stop() {
  const std::lock_guard lock(mutex_);
  while (!loaded_.empty()) loaded_.pop_back();
}

PluginRecord PluginHost::examine(const std::string& path) const {
  PluginRecord record;
  record.path = path;
  const auto read = [&]() -> Status {
    TENON_TRY_ASSIGN(const TrustedFile file, open_trusted(path));
    record.identity = file.identity;
    TENON_TRY_ASSIGN(const MappedFile mapped, map_descriptor(file.descriptor, path));
    TENON_TRY_ASSIGN(const ElfFacts facts, read_elf(mapped.bytes()));
    TENON_TRY_ASSIGN(record.manifest, parse_manifest(facts.manifest));
    record.state = PluginState::ready;
    return {};
  };
  record.reason = read().message();
  return record;
}

void PluginHost::scan_directory(const std::string& path) {
  const Result<std::vector<std::string>> files = plugin_files(path);
  searched_.emplace_back(path, files.status().message());
  if (!files.ok()) return;
  for (const std::string& file : *files) {
    if (std::ranges::find(records_, file, &PluginRecord::path) != records_.end()) continue;
    records_.push_back(examine(file));
  }
}

void PluginHost::examine_linked(const tenon_plugin* plugin) {
  PluginRecord record;
  record.linked = plugin;
  Status status = check_plugin_table(plugin);
  if (status.ok()) {
    Result<Manifest> manifest = parse_manifest(to_view(plugin->manifest));
    status = manifest.status();
    if (manifest.ok()) record.manifest = std::move(*manifest);
  }
  record.state = status.ok() ? PluginState::ready : PluginState::refused;
  record.reason = status.message();
  records_.push_back(std::move(record));
}

void PluginHost::scan() {
  for (const tenon_plugin* plugin : options_.static_plugins) examine_linked(plugin);
  for (const std::string& path : options_.directories) scan_directory(path);
  if (options_.default_directories) {
    SearchPath search = standard_search_path();
    for (auto& refused : search.refused) searched_.push_back(std::move(refused));
    for (const std::string& path : search.directories) scan_directory(path);
  }
  apply_selection();
  for (PluginRecord& record : records_) {
    if (registry_ == nullptr || record.state != PluginState::ready || record.linked) continue;
    const auto known = registry_->find(record.identity, seconds_now());
    if (known) static_cast<void>(judge(record, *known));
  }
  shadow_duplicates();
}

// Takes over what a probe found; fails when the plugin must not be opened here.
Status PluginHost::judge(PluginRecord& record, const ProbeVerdict& verdict) {
  record.printed = verdict.printed;
  record.reason = verdict.kind == ProbeVerdict::Kind::good ? verdict.device_reason : verdict.reason;
  if (verdict.kind == ProbeVerdict::Kind::good) return {};
  if (verdict.kind == ProbeVerdict::Kind::quarantined) {
    record.state = PluginState::quarantined;
  } else if (!is_about_device(verdict.code)) {
    record.state = PluginState::refused;
  }
  return Status(verdict.code, verdict.reason);
}

Status PluginHost::probe(PluginRecord& record) {
  if (record.linked != nullptr) return {};
  TENON_TRY_ASSIGN(const TrustedFile file, open_trusted(record.path));
  if (file.identity != record.identity) return invalid("changed since it was found");
  if (registry_ == nullptr) return {};
  const int64_t now = seconds_now();
  if (registry_->find(record.identity, now)) return {};  // a good one: the others are not ready
  const std::string program =
      options_.probe_program.empty() ? tenon::probe_program() : options_.probe_program;
  TENON_TRY_ASSIGN(const ProbeVerdict verdict, probe_plugin(program, record.path));
  const Status stored = registry_->store(record.path, record.identity, verdict, now);
  if (!stored.ok()) log_message(TENON_LOG_WARNING, "plugins", stored.message());
  return judge(record, verdict);
}

void PluginHost::apply_selection() {
  const PluginSelection selection(environment("TENON_PLUGINS").value_or(""));
  for (PluginRecord& record : records_) {
    if (record.state == PluginState::ready && !selection.wants(record.manifest.id)) {
      record.state = PluginState::disabled;
      record.reason = "not selected by TENON_PLUGINS";
    }
  }
}

// The highest version of an id is used, the first found among equals.
void PluginHost::shadow_duplicates() {
  std::map<std::string_view, PluginRecord*> best;
  for (PluginRecord& record : records_) {
    if (record.state != PluginState::ready) continue;
    PluginRecord*& winner = best.try_emplace(record.manifest.id, &record).first->second;
    if (compare_versions(record.manifest.version, winner->manifest.version) > 0) winner = &record;
  }
  for (PluginRecord& record : records_) {
    if (record.state != PluginState::ready) continue;
    const PluginRecord& winner = *best[record.manifest.id];
    if (&record == &winner) continue;
    record.state = PluginState::shadowed;
    record.reason = fmt::format("version {} of the same id is used: {}", winner.manifest.version,
                                shown(winner));
  }
}

std::vector<PluginRecord> PluginHost::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::vector<const PluginRecord*> PluginHost::candidates(std::string_view interface) const {
  const std::lock_guard lock(mutex_);
  std::vector<const PluginRecord*> found;
  for (const PluginRecord& record : records_) {
    if (is_usable(record) && record.manifest.offers(interface)) found.push_back(&record);
  }
  std::ranges::sort(found, {}, [](const PluginRecord* record) { return record->manifest.id; });
  return found;
}

Result<std::unique_ptr<LoadedPlugin>> PluginHost::start(const PluginRecord& record) {
  const tenon_plugin* plugin = record.linked;
  if (plugin == nullptr) {
    TENON_TRY_ASSIGN(plugin, open_library(record.path));
  }
  TENON_TRY_ASSIGN(auto loaded,
                   LoadedPlugin::start(*plugin, record.manifest, *table_, options_.layers));
  TENON_TRY(loaded->check());
  return loaded;
}

Result<LoadedPlugin*> PluginHost::load(PluginRecord* record, std::string_view id) {
  if (record == nullptr) return unsupported("no plugin {} was found", in_quotes(id));
  if (record->state == PluginState::started) {
    const auto is_it = [&](const auto& plugin) { return plugin->manifest().id == id; };
    const auto loaded = std::ranges::find_if(loaded_, is_it);
    if (loaded != loaded_.end()) return loaded->get();
    return unsupported("plugin {} was stopped", id);
  }
  if (record->state != PluginState::ready) {
    return unsupported("plugin {} is {}: {}", id, name_of(record->state), record->reason);
  }
  if (const Status tried = probe(*record); !tried.ok()) {
    if (record->reason.empty()) record->reason = tried.message();
    return tried.at(fmt::format("plugin {} ({})", id, shown(*record)));
  }
  Result<std::unique_ptr<LoadedPlugin>> started = start(*record);
  if (!started.ok()) {
    const Status& status = started.status();
    record->reason = status.message();
    if (!is_about_device(status.code())) record->state = PluginState::refused;
    return status.at(fmt::format("plugin {} ({})", id, shown(*record)));
  }
  record->state = PluginState::started;
  loaded_.push_back(std::move(*started));
  return loaded_.back().get();
}

Result<LoadedPlugin*> PluginHost::load(const PluginRecord& record) {
  const std::lock_guard lock(mutex_);
  const auto same = std::ranges::find_if(records_, [&](const PluginRecord& own) {
    return own.path == record.path && own.linked == record.linked;
  });
  return load(same == records_.end() ? nullptr : &*same, record.manifest.id);
}

Result<LoadedPlugin*> PluginHost::load(std::string_view id) {
  const std::lock_guard lock(mutex_);
  PluginRecord* best = nullptr;
  for (PluginRecord& record : records_) {
    if (record.manifest.id == id && (best == nullptr || is_usable(record))) best = &record;
  }
  return load(best, id);
}

void PluginHost::note(const LoadedPlugin& plugin, std::string reason) {
  const std::lock_guard lock(mutex_);
  for (PluginRecord& record : records_) {
    if (record.state == PluginState::started && record.manifest.id == plugin.manifest().id) {
      record.reason = std::move(reason);
      return;
    }
  }
}

std::string PluginHost::explain() const {
  std::string text = "plugins were searched in:\n";
  for (const auto& [path, left_out] : searched_) {
    text += fmt::format("  {}{}{}\n", path, left_out.empty() ? "" : ": ", left_out);
  }
  text += "and these were found:\n";
  for (const PluginRecord& record : records()) {
    text += fmt::format("  {} {}: {}{}{}\n", shown(record), record.manifest.id,
                        name_of(record.state), record.reason.empty() ? "" : ": ", record.reason);
  }
  return text;
}

}  // namespace tenon
