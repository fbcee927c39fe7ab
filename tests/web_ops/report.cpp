// SPDX-License-Identifier: Apache-2.0
#include "tests/web_ops/report.h"

#include "tenon/json.h"

#include <fmt/format.h>

namespace tenon::web_ops {
namespace {

// Without the path in front, and on one line.
std::string short_reason(std::string_view detail) {
  if (const size_t at = detail.find("model.onnx: "); at != std::string_view::npos) {
    detail.remove_prefix(at + 12);
  }
  return std::string(detail.substr(0, detail.find('\n')));
}

bool is_unknown(std::string_view detail) {
  return detail.find("operator is not supported") != std::string_view::npos ||
         detail.find("operators are not supported") != std::string_view::npos;
}

}  // namespace

Result<Report> read_report(std::string_view lines) {
  Report report;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    if (!line.starts_with("{\"test\"")) continue;
    TENON_TRY_ASSIGN(const Json verdict, parse_json(line));
    const std::string_view test = verdict.text("test");
    const std::string_view status = verdict.text("status");
    const std::string_view detail = verdict.text("detail");
    Tally& tally = report.operators[std::string(test.substr(0, test.find('/')))];
    if (status == "pass") {
      ++tally.passed;
      ++report.passed;
    } else if (status == "unsupported" && is_unknown(detail)) {
      ++tally.unknown;
      continue;
    } else {
      ++(status == "unsupported" ? tally.unsupported : tally.failed);
      tally.reasons.push_back(fmt::format("{}: {}", test, short_reason(detail)));
    }
    ++report.counted;
  }
  return report;
}

std::string Report::to_text() const {
  std::string text = fmt::format("{:<34} {:>6} {:>6} {:>11} {:>7}\n", "operator", "passed",
                                 "failed", "unsupported", "unknown");
  for (const auto& [name, tally] : operators) {
    text += fmt::format("{:<34} {:>6} {:>6} {:>11} {:>7}\n", name, tally.passed, tally.failed,
                        tally.unsupported, tally.unknown);
    for (const std::string& reason : tally.reasons) text += fmt::format("    {}\n", reason);
  }
  const double percent =
      counted == 0 ? 0 : 100 * static_cast<double>(passed) / static_cast<double>(counted);
  return text + fmt::format("{} of {} cases whose operator exists pass: {:.1f} %\n", passed,
                            counted, percent);
}

}  // namespace tenon::web_ops
