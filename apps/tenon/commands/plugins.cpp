// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/report.h"
#include "apps/tenon/base/text.h"

namespace tenon::cli {

namespace {

Result<Exit> list_plugins(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
  // The devices are asked for so that plugins which fail to start are seen.
  static_cast<void>(describe(engine, "doctor"));
  TENON_TRY_ASSIGN(const Json facts, describe(engine, "plugins"));
  print(arguments.has("json") ? facts.dump(2) + "\n" : plugin_lines(facts));
  return Exit::ok;
}

}  // namespace

namespace commands {

Command plugins();
Command plugins() {
  return {
      .name = "plugins",
      .doc = "lists plugins: what loaded, what did not and why",
      .flags = with_engine_flags({{.name = "json", .doc = "JSON for programs"}}),
      .run = list_plugins,
  };
}

}  // namespace commands

}  // namespace tenon::cli
