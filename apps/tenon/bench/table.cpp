// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/table.h"

namespace tenon::cli::bench {
namespace {

std::string row_of_markdown(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line += ' ';
    for (const char c : cell) line += c == '|' ? std::string("\\|") : std::string(1, c);
    line += " |";
  }
  return line + "\n";
}

std::string markdown(const Table& table) {
  std::string text;
  for (size_t i = 0; i < table.size(); ++i) {
    text += row_of_markdown(table[i]);
    if (i == 0) text += row_of_markdown(std::vector<std::string>(table[i].size(), "---"));
  }
  return text;
}

std::string csv(const Table& table) {
  std::string text;
  for (const auto& row : table) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      if (row[i].find_first_of(",\"\n") == std::string::npos) {
        text += row[i];
        continue;
      }
      text += '"';
      for (const char c : row[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
    text += '\n';
  }
  return text;
}

}  // namespace

Form form_of(const Arguments& arguments) {
  if (arguments.has("json")) return Form::json;
  if (arguments.has("csv")) return Form::csv;
  return arguments.has("md") ? Form::markdown : Form::text;
}

std::string shown(const Table& table, Form form) {
  if (form == Form::markdown) return markdown(table);
  return form == Form::csv ? csv(table) : aligned(table);
}

}  // namespace tenon::cli::bench
