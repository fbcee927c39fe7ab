// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/service.h"

#include "core/base/border.h"
#include "core/base/platform.h"
#include "core/base/text.h"

#include "tenon/status.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace tenon {
namespace {

constexpr std::array<std::string_view, 4> level_names = {"error", "warning", "info", "debug"};

struct HostTable {
  std::map<std::string, const void*, std::less<>> services;
  tenon_host table;
};

uint32_t mask_from_environment() {
  const std::string wanted = environment("TENON_LOG").value_or("");
  const auto level = std::ranges::find(level_names, wanted) - level_names.begin();
  return level == std::ssize(level_names) ? 0 : (2u << level) - 1;
}

const uint32_t& log_mask() {
  static const uint32_t mask = mask_from_environment();
  return mask;
}

const void* TENON_CALL query(const tenon_host* host, tenon_str id) {
  const auto& services = static_cast<const HostTable*>(host->context)->services;
  const auto service = services.find(to_view(id));
  return service == services.end() ? nullptr : service->second;
}

void TENON_CALL fail(const tenon_host*, tenon_status code, tenon_str file, uint32_t line, uint32_t,
                     tenon_str text) {
  at_border([&]() -> Status {
    std::string message = printable(to_view(text));
    // A bug of the plugin is of use only with its place.
    if (code == TENON_INTERNAL) message += fmt::format(" ({}:{})", printable(to_view(file)), line);
    return Status(static_cast<Code>(code), std::move(message));
  });
}

void TENON_CALL log(const tenon_host*, uint32_t level, uint32_t, tenon_str component,
                    tenon_str text) {
  log_message(level, to_view(component), to_view(text));
}

}  // namespace

const tenon_host& host_table(std::map<std::string, const void*> services) {
  static std::mutex mutex;
  static auto* const all = new std::vector<std::unique_ptr<HostTable>>;
  const std::lock_guard lock(mutex);
  for (const auto& known : *all) {
    if (std::ranges::equal(known->services, services)) return known->table;
  }
  HostTable& made = *all->emplace_back(std::make_unique<HostTable>());
  made.services.insert(services.begin(), services.end());
  made.table = {.size = sizeof(tenon_host),
                .minor = TENON_ABI_MINOR,
                .context = &made,
                .query = query,
                .fail = fail,
                .log = log,
                .log_mask = &log_mask()};
  return made.table;
}

void log_message(uint32_t level, std::string_view component, std::string_view text) {
  if (level >= level_names.size() || (log_mask() & 1u << level) == 0) return;
  at_border([&]() -> Status {
    const std::string line =
        fmt::format("tenon {} {}: {}\n", level_names[level], printable(component), printable(text));
    std::fwrite(line.data(), 1, line.size(), stderr);
    return {};
  });
}

}  // namespace tenon
