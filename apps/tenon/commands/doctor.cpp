// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/report.h"
#include "apps/tenon/base/text.h"

#include <algorithm>

namespace tenon::cli {

namespace {

std::string machine_lines(const Json& report) {
  Table table;
  if (const Json* machine = report.find("machine")) {
    for (const auto& [key, value] : machine->members()) {
      std::string name = "  " + key;
      std::ranges::replace(name, '_', ' ');
      table.push_back({name, value.is_text() ? printable(*value.text()) : value.dump()});
    }
  }
  return aligned(table);
}

Result<Exit> examine(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
  TENON_TRY_ASSIGN(const Json report, describe(engine, "doctor"));
  const bool no_device = report.array("devices").empty();
  if (arguments.has("json")) {
    print(report.dump(2) + "\n");
    return no_device ? Exit::device : Exit::ok;
  }
  const Json* devices = report.find("devices");
  print(fmt::format("tenon {}\n\nplugins\n{}\ndevices\n{}\nmachine\n{}", tenon_version(),
                    plugin_lines(report), devices != nullptr ? device_lines(*devices) : "",
                    machine_lines(report)));
  std::string advice;
  for (const Json& line : report.array("advice")) {
    advice += fmt::format("  {}\n", printable(line.text().value_or("")));
  }
  print(advice.empty() ? "\nnothing to mend\n" : "\nto mend\n" + advice);
  return no_device ? Exit::device : Exit::ok;
}

}  // namespace

namespace commands {

Command doctor();
Command doctor() {
  return {
      .name = "doctor",
      .doc = "tells what works on this machine and what does not",
      .flags = with_engine_flags({{.name = "json", .doc = "JSON for programs"}}),
      .run = examine,
  };
}

}  // namespace commands

}  // namespace tenon::cli
