// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/probe.h"

#include "core/base/platform.h"
#include "core/base/platform_child.h"
#include "core/base/text.h"

#include "tenon/json.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace tenon {
namespace {

// What the child answered: the step it was in and, when it came so far, its verdict.
struct Answer {
  std::string step = "begin";
  Json verdict;
};

Answer parse_answer(std::string_view text) {
  Answer answer;
  for (const std::string_view line : split(text, '\n')) {
    Result<Json> json = parse_json(line, {.bytes = 1 << 20, .depth = 4});
    if (!json.ok()) continue;  // the plugin may have written there too
    if (json->find("verdict") != nullptr)
      answer.verdict = std::move(*json);
    else
      answer.step = json->text("step", answer.step);
  }
  return answer;
}

std::string ended_by(const ChildOutcome& outcome, std::chrono::milliseconds limit) {
  if (outcome.timed_out) return fmt::format("did not end within {} ms", limit.count());
  if (outcome.signal != 0) return fmt::format("crashed with {}", signal_name(outcome.signal));
  if (outcome.exit_code >= 0) {
    return fmt::format("ended the process with exit code {}", outcome.exit_code);
  }
  return "ended the process";
}

// The last line that is not empty says most about a crash.
std::string last_words(std::string_view printed) {
  const std::vector<std::string_view> lines = split(printed, '\n');
  return lines.empty() ? std::string() : fmt::format("; it printed {}", in_quotes(lines.back()));
}

ProbeVerdict from_answer(const Answer& answer) {
  ProbeVerdict verdict;
  verdict.code = static_cast<Code>(answer.verdict.integer("code", TENON_INTERNAL));
  verdict.reason = answer.verdict.text("reason");
  if (verdict.code != Code::ok && verdict.reason.empty()) {
    verdict.reason = fmt::format("failed without a word ({}) when it was asked to {}",
                                 name_of(verdict.code), answer.step);
  }
  verdict.device_reason = answer.verdict.text("device_reason");
  for (const Json& device : answer.verdict.array("devices")) {
    verdict.devices.emplace_back(device.text().value_or(""));
  }
  const bool broke_contract = answer.step == "answer its tables" ||
                              (answer.step == "start" && verdict.code == Code::internal);
  if (verdict.code == Code::ok) {
    verdict.kind = ProbeVerdict::Kind::good;
  } else if (!broke_contract) {
    verdict.kind = ProbeVerdict::Kind::failed;
  }
  return verdict;
}

}  // namespace

std::chrono::milliseconds probe_limit() {
  constexpr double base_ms = 5000;
  constexpr double most_patience = 8;
  double load = 0;
  const double cores = std::max(1u, std::thread::hardware_concurrency());
  if (getloadavg(&load, 1) != 1) load = 0;
  return std::chrono::milliseconds(
      static_cast<int64_t>(base_ms * std::clamp(load / cores, 1.0, most_patience)));
}

std::string probe_program() { return library_directory() + "/tenon/tenon-probe"; }

Result<ProbeVerdict> probe_plugin(const std::string& program, const std::string& path,
                                  std::chrono::milliseconds limit) {
  const Result<ChildOutcome> outcome = run_child({program, {path}, limit});
  if (!outcome.ok()) return outcome.status().at("unknown plugins cannot be tried");
  const Answer answer = parse_answer(outcome->answer);
  ProbeVerdict verdict;
  if (answer.verdict.is_object()) {
    verdict = from_answer(answer);
  } else {
    verdict.reason = fmt::format("{} when it was asked to {}{}", ended_by(*outcome, limit),
                                 answer.step, last_words(outcome->errors));
  }
  verdict.printed = printable(outcome->errors);
  return verdict;
}

}  // namespace tenon
