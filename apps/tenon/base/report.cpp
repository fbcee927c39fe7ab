// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/report.h"

#include "apps/tenon/base/text.h"

namespace tenon::cli {

namespace {

std::string joined(const Json::Array& items, std::string_view between) {
  std::string text;
  for (const Json& item : items) {
    if (!text.empty()) text += between;
    text += printable(item.text().value_or(""));
  }
  return text;
}

}  // namespace

std::string plugin_lines(const Json& facts) {
  Table table;
  for (const Json& plugin : facts.array("plugins")) {
    const std::string_view id = plugin.text("id");
    table.push_back({fmt::format("  {}", printable(plugin.text("state"))),
                     id.empty() ? "(no manifest)" : printable(id),
                     printable(plugin.text("version")), joined(plugin.array("interfaces"), " "),
                     printable(plugin.text("path"))});
    if (const std::string_view reason = plugin.text("reason"); !reason.empty()) {
      table.push_back({fmt::format("    {}", printable(reason))});
    }
  }
  std::string text = table.empty() ? "  none\n" : "";
  // A reason is a line of its own and must not widen the columns.
  Table rows;
  for (const auto& row : table) {
    if (row.size() > 1) rows.push_back(row);
  }
  const std::string lines = aligned(rows);
  size_t at = 0;
  for (const auto& row : table) {
    if (row.size() == 1) {
      text += row.front() + "\n";
      continue;
    }
    const size_t end = lines.find('\n', at);
    text += lines.substr(at, end + 1 - at);
    at = end + 1;
  }
  for (const Json& directory : facts.array("directories")) {
    text += fmt::format("looked in {}", printable(directory.text("path")));
    const std::string_view left_out = directory.text("left_out");
    text += left_out.empty() ? "\n" : fmt::format(": left out, {}\n", printable(left_out));
  }
  return text;
}

std::string format_lines(const Json& facts) {
  std::string text = "quantization formats:";
  for (const Json& format : facts.array("formats")) {
    text += fmt::format(" {}", printable(format.text("name")));
  }
  text += facts.array("formats").empty() ? " none\n" : "\n";
  for (const Json& file : facts.array("refused")) {
    text += fmt::format("left out {}: {}\n", printable(file.text("path")),
                        printable(file.text("reason")));
  }
  return text;
}

std::string device_lines(const Json& devices) {
  std::string text;
  for (const Json& device : devices.array_items()) {
    Table table = {
        {"  plugin", printable(device.text("plugin"))},
        {"  kind", printable(device.text("kind"))},
        {"  driver", printable(device.text("driver"))},
        {"  memory", bytes_text(device.number("memory_bytes", 0))},
        {"  units", fmt::format("{}", device.integer("compute_units", 0))},
        {"  runs", device.boolean("asynchronous", false) ? "beside the program" : "in the call"},
        {"  types", joined(device.array("dtypes"), " ")},
    };
    if (!device.text("features").empty()) {
      table.push_back({"  features", printable(device.text("features"))});
    }
    text += fmt::format("{}: {}\n{}", printable(device.text("id")), printable(device.text("name")),
                        aligned(table));
  }
  return text.empty() ? "  none\n" : text;
}

}  // namespace tenon::cli
