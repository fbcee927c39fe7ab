// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/report.h"
#include "apps/tenon/base/text.h"

namespace tenon::cli {

namespace {

Result<Exit> list_devices(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
  TENON_TRY_ASSIGN(const Json devices, describe(engine, "devices"));
  if (arguments.has("json")) {
    print(devices.dump(2) + "\n");
    return Exit::ok;
  }
  if (devices.array_items().empty()) {
    return device_error("no device answers; tenon plugins says what was found and what was not");
  }
  print(device_lines(devices));
  return Exit::ok;
}

}  // namespace

namespace commands {

Command devices();
Command devices() {
  return {
      .name = "devices",
      .doc = "lists devices: plugin, name, driver, memory, element types",
      .flags = with_engine_flags({{.name = "json", .doc = "JSON for programs"}}),
      .run = list_devices,
  };
}

}  // namespace commands

}  // namespace tenon::cli
