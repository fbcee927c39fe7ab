// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/registry.h"

#include "core/base/hash.h"
#include "core/base/platform.h"
#include "core/base/platform_file.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tenon {
namespace {

constexpr int64_t quarantine_seconds = 24 * 60 * 60;
constexpr size_t most_entries = 1000;
constexpr uint64_t most_bytes = uint64_t{16} << 20;

constexpr std::array device_variables = {"CUDA_VISIBLE_DEVICES",
                                         "HIP_VISIBLE_DEVICES",
                                         "ROCR_VISIBLE_DEVICES",
                                         "GPU_DEVICE_ORDINAL",
                                         "ZE_AFFINITY_MASK",
                                         "ONEAPI_DEVICE_SELECTOR",
                                         "OCL_ICD_VENDORS",
                                         "OCL_ICD_FILENAMES",
                                         "POCL_DEVICES",
                                         "VK_DRIVER_FILES",
                                         "VK_ICD_FILENAMES",
                                         "LD_LIBRARY_PATH",
                                         "LD_PRELOAD"};

// Where drivers say that they are installed.
constexpr std::array driver_directories = {"/etc/OpenCL/vendors", "/etc/vulkan/icd.d",
                                           "/usr/share/vulkan/icd.d"};
constexpr std::array driver_files = {"/proc/driver/nvidia/version", "/sys/module/amdgpu/version",
                                     "/sys/module/i915/srcversion"};

std::string kind_name(ProbeVerdict::Kind kind) {
  return kind == ProbeVerdict::Kind::good ? "good" : "quarantined";
}

}  // namespace

std::string environment_fingerprint() {
  Hasher hasher;
  for (const char* name : device_variables) {
    hasher.add_field(name).add_field(environment(name).value_or(""));
  }
  for (const char* directory : driver_directories) {
    std::error_code error;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
      names.push_back(entry->path());
    }
    std::ranges::sort(names);
    for (const std::string& name : names) hasher.add_field(name);
  }
  for (const char* file : driver_files) {
    std::ifstream stream(file);
    hasher.add_field(std::string(std::istreambuf_iterator<char>(stream), {}));
  }
  utsname kernel{};
  if (uname(&kernel) == 0) hasher.add_field(kernel.release).add_field(kernel.machine);
  return hasher.finish().text();
}

std::string ProbeRegistry::default_path() {
  const auto directory = user_cache_directory();
  return directory ? *directory + "/registry-1.json" : std::string();
}

Json ProbeRegistry::to_json(const Entry& entry) {
  Json devices = Json::array();
  for (const std::string& device : entry.verdict.devices) devices.push(device);
  return Json::object({{"key", entry.key},
                       {"path", entry.path},
                       {"verdict", kind_name(entry.verdict.kind)},
                       {"reason", entry.verdict.reason},
                       {"printed", entry.verdict.printed},
                       {"devices", std::move(devices)},
                       {"device_reason", entry.verdict.device_reason},
                       {"time", entry.time},
                       {"count", entry.count}});
}

ProbeRegistry::Entry ProbeRegistry::from_json(const Json& json) {
  Entry entry;
  entry.key = json.text("key");
  entry.path = json.text("path");
  const bool good = json.text("verdict") == "good";
  entry.verdict.kind = good ? ProbeVerdict::Kind::good : ProbeVerdict::Kind::quarantined;
  entry.verdict.code = good ? Code::ok : Code::internal;
  entry.verdict.reason = json.text("reason");
  entry.verdict.printed = json.text("printed");
  for (const Json& device : json.array("devices")) {
    entry.verdict.devices.emplace_back(device.text().value_or(""));
  }
  entry.verdict.device_reason = json.text("device_reason");
  entry.time = json.integer("time", 0);
  entry.count = json.integer("count", 0);
  return entry;
}

ProbeRegistry::ProbeRegistry(std::string path)
    : path_(std::move(path)), environment_(environment_fingerprint()) {
  if (path_.empty()) return;
  const Result<std::string> text = read_file(path_, most_bytes);
  if (!text.ok()) return;
  const Result<Json> json = parse_json(*text, {.bytes = most_bytes, .depth = 8});
  if (!json.ok() || json->integer("format", 0) != 1) return;
  for (const Json& entry : json->array("entries")) entries_.push_back(from_json(entry));
}

std::string ProbeRegistry::key_of(const FileIdentity& file) const {
  return fmt::format("{}:{}:{}:{}:{}:{}", file.device, file.inode, file.bytes, file.modified_ns,
                     TENON_RELEASE, environment_);
}

std::optional<ProbeVerdict> ProbeRegistry::find(const FileIdentity& file, int64_t now) const {
  const auto entry = std::ranges::find(entries_, key_of(file), &Entry::key);
  if (entry == entries_.end()) return std::nullopt;
  // A clock that was set back ends a quarantine too.
  const bool recent = entry->time <= now && now - entry->time < quarantine_seconds;
  if (entry->verdict.kind != ProbeVerdict::Kind::good && !recent) return std::nullopt;
  return entry->verdict;
}

Status ProbeRegistry::store(const std::string& path, const FileIdentity& file,
                            const ProbeVerdict& verdict, int64_t now) {
  if (verdict.kind == ProbeVerdict::Kind::failed) return {};
  Entry entry{key_of(file), path, verdict, now, 0};
  const auto before = std::ranges::find(entries_, path, &Entry::path);
  if (verdict.kind == ProbeVerdict::Kind::quarantined) {
    entry.count = before == entries_.end() ? 1 : before->count + 1;
  }
  if (before != entries_.end()) entries_.erase(before);
  entries_.push_back(std::move(entry));
  if (entries_.size() > most_entries) entries_.erase(entries_.begin());
  if (path_.empty()) return {};
  Json list = Json::array();
  for (const Entry& each : entries_) list.push(to_json(each));
  const Json json = Json::object({{"format", 1}, {"entries", std::move(list)}});
  return write_file_atomically(path_, json.dump(1));
}

}  // namespace tenon
