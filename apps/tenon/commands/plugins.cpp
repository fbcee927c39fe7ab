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
  TENON_TRY_ASSIGN(Json facts, describe(engine, "plugins"));
  TENON_TRY_ASSIGN(const Json formats, describe(engine, "formats"));
  if (!arguments.has("json")) {
    print(plugin_lines(facts) + format_lines(formats));
    return Exit::ok;
  }
  facts.set("formats", formats.array("formats")).set("formats_left_out", formats.array("refused"));
  print(facts.dump(2) + "\n");
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
