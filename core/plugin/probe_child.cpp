// SPDX-License-Identifier: Apache-2.0
#include "core/base/border.h"
#include "core/base/platform_child.h"
#include "core/base/platform_file.h"
#include "core/plugin/elf_manifest.h"
#include "core/plugin/library.h"
#include "core/plugin/loaded.h"
#include "core/plugin/probe.h"
#include "core/plugin/service.h"

#include "tenon/abi/draft/backend.h"
#include "tenon/json.h"

#include <sys/resource.h>
#include <unistd.h>

// What happens inside the child. Before each step it answers one JSON line, so that the host knows
// what a plugin was doing when it ended the process; the last line is the verdict.
namespace tenon {
namespace {

void answer(const Json& line) {
  std::string text = line.dump() + '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = write(child_answer, rest.data(), rest.size());
    if (written <= 0) return;
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

void begin(std::string_view step) { answer(Json::object({{"step", step}})); }

tenon_status TENON_CALL add_device(void* context, const tenon_device_info* info) {
  return at_border([&]() -> Status {
    static_cast<Json*>(context)->push(
        fmt::format("{}: {}", to_view(info->id), to_view(info->name)));
    return {};
  });
}

// A device that does not answer says nothing about the plugin.
void list_devices(const LoadedPlugin& plugin, Json& verdict) {
  const auto* backend = static_cast<const tenon_backend*>(plugin.query(TENON_BACKEND_ID));
  if (backend == nullptr) return;
  Json devices = Json::array();
  const tenon_device_sink sink = {.context = &devices, .device = add_device};
  const tenon_status code = backend->devices(plugin.self(), &sink);
  verdict.set("devices", std::move(devices));
  if (code != TENON_OK) verdict.set("device_reason", take_failure(code).message());
}

Status try_plugin(const std::string& path, Json& verdict) {
  begin("read");
  TENON_TRY_ASSIGN(const MappedFile file, map_file(path));
  TENON_TRY_ASSIGN(const ElfFacts facts, read_elf(file.bytes()));
  TENON_TRY_ASSIGN(Manifest manifest, parse_manifest(facts.manifest));
  begin("open");
  TENON_TRY_ASSIGN(const tenon_plugin* const table, open_library(path));
  begin("start");
  TENON_TRY_ASSIGN(std::unique_ptr<LoadedPlugin> plugin,
                   LoadedPlugin::start(*table, std::move(manifest), host_table({})));
  begin("answer its tables");
  TENON_TRY(plugin->check());
  begin("list devices");
  list_devices(*plugin, verdict);
  begin("stop");
  plugin.reset();
  return {};
}

}  // namespace

int probe_main(int argc, char** argv) {
  if (argc != 2) return 2;
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  Json verdict;
  const Status status = try_plugin(argv[1], verdict);
  verdict.set("verdict", name_of(status.code())).set("reason", status.message());
  verdict.set("code", static_cast<int64_t>(status.code()));
  answer(verdict);
  // Nothing of the plugin runs any more, not even what it registered for the end of the process.
  _exit(0);
}

}  // namespace tenon
