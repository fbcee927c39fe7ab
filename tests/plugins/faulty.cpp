// SPDX-License-Identifier: Apache-2.0
#include "tests/plugins/tiny_backend.h"

#include "tenon/plugin.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <unistd.h>

// One plugin that misbehaves in the way TENON_TEST_FAULT names; "none" is a healthy backend.
namespace {

constexpr std::string_view fault = TENON_TEST_FAULT;

constexpr bool is(std::string_view name) { return fault == name; }

[[noreturn]] void crash() {
  std::fputs("about to crash\n", stderr);
  std::signal(SIGSEGV, SIG_DFL);
  std::raise(SIGSEGV);
  std::abort();
}

void hang() {
  for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
}

struct AtLoad {
  AtLoad() {
    if (is("crash_in_constructor")) crash();
    if (is("abort_in_constructor")) std::abort();
    if (is("exit_in_constructor")) _exit(0);
    if (is("hang_in_constructor")) hang();
  }
};
const AtLoad at_load;

const void* query(void*, tenon_str id) {
  static const tenon_backend wrong = [] {
    tenon_backend table = tenon::test_plugins::tiny_backend();
    table.size -= 8;
    return table;
  }();
  static const tenon_backend holed = [] {
    tenon_backend table = tenon::test_plugins::tiny_backend();
    table.fill = nullptr;
    return table;
  }();
  static const tenon_backend without_device = [] {
    tenon_backend table = tenon::test_plugins::tiny_backend();
    table.devices = [](void*, const tenon_device_sink*) -> tenon_status {
      return tenon::report(tenon::device_error("the driver does not answer"));
    };
    return table;
  }();
  const std::string_view name = tenon::to_view(id);
  if (name == TENON_PROGRAMS_ID) return &tenon::test_plugins::tiny_programs();
  if (name != TENON_BACKEND_ID || is("missing_table")) return nullptr;
  if (is("wrong_table_size")) return &wrong;
  if (is("hole_in_table")) return &holed;
  if (is("device_error")) return &without_device;
  return &tenon::test_plugins::tiny_backend();
}

tenon_status start(const tenon_host* host, const tenon_kv*, uint64_t, void** self) {
  tenon::plugin_host = host;
  static int anything = 0;
  *self = &anything;
  if (is("crash_in_start")) crash();
  if (is("exit_in_start")) std::exit(0);
  if (is("hang_in_start")) hang();
  if (is("throw_from_start")) throw std::runtime_error("thrown across the border");
  if (is("fail_in_start")) return tenon::report(tenon::unsupported("needs a licence file"));
  return TENON_OK;
}

const tenon_plugin plugin = {.size = sizeof(tenon_plugin),
                             .minor = TENON_ABI_MINOR,
                             .manifest = {},
                             .start = start,
                             .stop = [](void*) {},
                             .query = query};
const tenon_plugin wrong_entry = {.size = 8,
                                  .minor = TENON_ABI_MINOR,
                                  .manifest = {},
                                  .start = start,
                                  .stop = [](void*) {},
                                  .query = query};
const tenon_plugin holed_entry = {.size = sizeof(tenon_plugin),
                                  .minor = TENON_ABI_MINOR,
                                  .manifest = {},
                                  .start = nullptr,
                                  .stop = nullptr,
                                  .query = nullptr};

}  // namespace

extern "C" __attribute__((visibility("default"))) const tenon_plugin* tenon_plugin_v1(uint32_t);

const tenon_plugin* tenon_plugin_v1(uint32_t) {
  if (is("null_entry")) return nullptr;
  if (is("wrong_entry_size")) return &wrong_entry;
  if (is("hole_in_entry")) return &holed_entry;
  return &plugin;
}
