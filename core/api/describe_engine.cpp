// SPDX-License-Identifier: Apache-2.0
#include "core/api/engine.h"
#include "core/ops/op.h"
#include "core/passes/pass.h"
#include "core/run/services.h"

#include <sys/resource.h>

namespace tenon {
namespace {

Json plugins_json(Engine& engine) {
  Json files = Json::array(), directories = Json::array();
  for (const PluginRecord& record : engine.plugins().records()) {
    Json interfaces = Json::array();
    for (const std::string& id : record.manifest.interfaces) interfaces.push(id);
    files.push(Json::object({{"id", record.manifest.id},
                             {"version", record.manifest.version},
                             {"path", record.path},
                             {"state", name_of(record.state)},
                             {"reason", record.reason}})
                   .set("interfaces", interfaces));
  }
  for (const auto& [path, reason] : engine.plugins().directories()) {
    directories.push(Json::object({{"path", path}, {"left_out", reason}}));
  }
  return Json::object({{"plugins", files}, {"directories", directories}});
}

Result<Json> devices_json(Engine& engine) {
  TENON_TRY_ASSIGN(const auto infos, engine.devices());
  Json list = Json::array();
  for (const DeviceInfo& info : infos) {
    Json dtypes = Json::array();
    for (uint32_t i = 1; i < TENON_DTYPE_COUNT; ++i) {
      if ((info.dtypes >> i & 1) != 0) dtypes.push(name_of(static_cast<DType>(i)));
    }
    list.push(Json::object({{"id", info.id},
                            {"plugin", info.plugin},
                            {"kind", device_kind_name(info.kind)},
                            {"name", info.name},
                            {"driver", info.driver},
                            {"features", info.features},
                            {"memory_bytes", info.heap_bytes},
                            {"allocated_bytes", engine.allocated(info.id)},
                            {"compute_units", info.compute_units},
                            {"asynchronous", (info.flags & TENON_DEVICE_ASYNC) != 0},
                            {"host_memory_in_place", info.importable}})
                  .set("dtypes", dtypes));
  }
  return list;
}

std::string_view kind_of(const Op& op) {
  if (op.primitive) return "primitive";
  if (op.host != nullptr) return "host";
  return op.expand != nullptr ? "expand" : "element";
}

Json operators_json() {
  Json list = Json::array();
  for (const Op& op : all_ops()) {
    list.push(Json::object(
        {{"name", op.name}, {"domain", op.domain}, {"kind", kind_of(op)}, {"doc", op.doc}}));
  }
  return list;
}

Json passes_json() {
  Json list = Json::array();
  for (const Pass& pass : all_passes()) {
    list.push(Json::object({{"name", pass.name}, {"doc", pass.doc}}));
  }
  return list;
}

Json formats_json(Engine& engine) {
  Json list = Json::array(), refused = Json::array();
  for (const auto& [name, entry] : engine.formats().all()) {
    const QuantFormat& format = entry.format;
    Json tensors = Json::array();
    for (const QuantTensor& tensor : format.tensors) tensors.push(tensor.suffix);
    Json one = Json::object({{"name", name}, {"path", entry.path}});
    if (format.is_packed()) {
      one.set("tensors", tensors);
    } else {
      one.set("block", format.block).set("bytes", format.bytes);
    }
    list.push(std::move(one));
  }
  for (const auto& [path, reason] : engine.formats().refused()) {
    refused.push(Json::object({{"path", path}, {"reason", reason}}));
  }
  return Json::object({{"formats", list}, {"refused", refused}});
}

std::string limit_text(int which) {
  rlimit limit{};
  if (getrlimit(which, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return "unlimited";
  return std::to_string(limit.rlim_cur);
}

Result<Json> doctor_json(Engine& engine) {
  Json advice = Json::array();
  Json devices = Json::array();
  auto listed = devices_json(engine);
  if (listed.ok()) devices = *listed;
  for (const char* interface : {"tenon.loader/1", "tenon.pipeline/1"}) {
    static_cast<void>(engine.offers(interface));
  }
  for (const PluginRecord& record : engine.plugins().records()) {
    if (record.state == PluginState::refused || record.state == PluginState::quarantined) {
      advice.push(fmt::format("{}: {}", record.path, record.reason));
    }
  }
  if (devices.array_items().empty()) {
    advice.push("no device answers: install a backend plugin, or set TENON_PLUGIN_PATH");
  }
  Json report = plugins_json(engine);
  return report.set("devices", devices)
      .set("machine", Json::object({{"usable_cores", usable_cores()},
                                    {"address_space", limit_text(RLIMIT_AS)},
                                    {"open_files", limit_text(RLIMIT_NOFILE)},
                                    {"cache", block_directory()}}))
      .set("advice", advice);
}

}  // namespace

Result<Json> describe_engine(Engine& engine, std::string_view what) {
  if (what == "plugins") return plugins_json(engine);
  if (what == "devices") return devices_json(engine);
  if (what == "operators") return operators_json();
  if (what == "passes") return passes_json();
  if (what == "formats") return formats_json(engine);
  if (what == "doctor") return doctor_json(engine);
  if (what == "recipes") return describe(engine.recipes());
  return invalid(
      "\"{}\" cannot be described; ask for plugins, devices, operators, passes, formats, recipes "
      "or "
      "doctor",
      what);
}

}  // namespace tenon
