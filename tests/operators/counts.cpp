// SPDX-License-Identifier: Apache-2.0
#include "core/api/model.h"
#include "tests/operators/page.h"

#include "tenon/json.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace tenon::operators_page {
namespace {

std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// The columns of a row of a table.
std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  if (!line.starts_with("| ")) return columns;
  line.remove_prefix(2);
  while (true) {
    const size_t end = line.find(" |");
    if (end == std::string_view::npos) return columns;
    columns.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 3, line.size()));
  }
}

std::optional<Tests> tests_of(std::string_view text) {
  Tests tests;
  const auto [middle, error] =
      std::from_chars(text.data(), text.data() + text.size(), tests.passed);
  const std::string_view rest(middle, static_cast<size_t>(text.data() + text.size() - middle));
  if (error != std::errc() || !rest.starts_with(" of ")) return std::nullopt;
  std::from_chars(rest.data() + 4, rest.data() + rest.size(), tests.all);
  return tests;
}

// The domain that a title names.
std::string_view domain_of(std::string_view title) {
  if (title.starts_with("ai.onnx,")) return "";
  return title.substr(0, title.find(':'));
}

// The operators of a model, each once.
Result<std::vector<std::string>> operators_in(Engine& engine, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return invalid("{} cannot be read", path);
  auto bytes = std::make_shared<std::string>(std::istreambuf_iterator<char>(file),
                                             std::istreambuf_iterator<char>());
  tenon_source source;
  source.name = path;
  source.bytes = std::as_bytes(std::span(*bytes));
  source.owner = bytes;
  LoadOptions options;
  options.allow_incomplete = true;
  TENON_TRY_ASSIGN(const auto model,
                   Model::load(engine, path, std::move(source), options, nullptr));
  std::vector<std::string> names;
  for (const OperatorCount& row : model->operators()) {
    names.push_back(row.domain.empty() ? row.op : fmt::format("{}.{}", row.domain, row.op));
  }
  return names;
}

}  // namespace

TestCounts counts_of(std::string_view page) {
  TestCounts counts;
  std::string domain;
  while (!page.empty()) {
    const std::string_view line = next_line(page);
    if (line.starts_with("## ")) domain = domain_of(line.substr(3));
    const std::vector<std::string_view> columns = columns_of(line);
    if (columns.size() < 5) continue;
    const std::optional<Tests> tests = tests_of(columns[4]);
    if (!tests) continue;
    counts[domain.empty() ? std::string(columns[0]) : fmt::format("{}.{}", domain, columns[0])] =
        *tests;
  }
  return counts;
}

Status count_tests(Engine& engine, std::string_view lines, const std::string& root,
                   TestCounts& counts) {
  while (!lines.empty()) {
    const std::string_view line = next_line(lines);
    if (!line.starts_with("{\"test\"")) continue;
    TENON_TRY_ASSIGN(const Json verdict, parse_json(line));
    const auto names =
        operators_in(engine, fmt::format("{}/{}/model.onnx", root, verdict.text("test")));
    // A model that cannot even be looked at uses no operator of ours.
    if (!names.ok()) continue;
    for (const std::string& name : *names) {
      ++counts[name].all;
      if (verdict.text("status") == "pass") ++counts[name].passed;
    }
  }
  return {};
}

}  // namespace tenon::operators_page
