// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/layers/fault_script.h"

#include "core/base/text.h"

#include <fmt/format.h>

#include <charconv>

namespace tenon {
namespace {

constexpr std::array<std::string_view, fault_points> point_names = {
    "alloc", "import", "upload", "download", "copy", "fill", "run", "compile", "bind"};

// The number at the front of text, which then holds the rest.
Result<uint64_t> number(std::string_view& text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > 1'000'000'000) {
    return invalid("{} begins with no number below 10^9", in_quotes(text));
  }
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

Result<std::chrono::nanoseconds> duration(std::string_view text) {
  TENON_TRY_ASSIGN(const uint64_t count, number(text));
  const auto ticks = static_cast<int64_t>(count);
  if (text == "us") return std::chrono::nanoseconds(std::chrono::microseconds(ticks));
  if (text == "ms") return std::chrono::nanoseconds(std::chrono::milliseconds(ticks));
  if (text == "s") return std::chrono::nanoseconds(std::chrono::seconds(ticks));
  return invalid("unit {}, expected us, ms or s", in_quotes(text));
}

Result<FaultTurn> turn(std::string_view text) {
  FaultTurn made;
  TENON_TRY_ASSIGN(made.nth, number(text));
  made.onwards = text == "+";
  if (made.nth == 0 || !(text.empty() || made.onwards)) {
    return invalid("a turn is a number from 1 on, with or without +");
  }
  return made;
}

Status apply(FaultScript& script, std::string_view key, std::string_view value) {
  if (key == "delay_fences") {
    TENON_TRY_ASSIGN(script.delay, duration(value));
    return {};
  }
  TENON_TRY_ASSIGN(const FaultTurn when, turn(value));
  if (key == "lose_device") {
    script.lose_device = when;
    script.lose_device.onwards = true;
    return {};
  }
  if (key == "fail_command") {
    script.command = when;
    return {};
  }
  if (key == "hang_fence") {
    script.hang_fence = when;
    return {};
  }
  for (size_t i = 0; i < fault_points; ++i) {
    if (key.starts_with("fail_") && key.substr(5) == point_names[i]) {
      script.fail[i] = when;
      return {};
    }
  }
  return invalid(
      "unknown step; steps are delay_fences, lose_device, hang_fence, "
      "fail_command and fail_{}",
      fmt::join(point_names, ", fail_"));
}

bool is_command(FaultPoint point) {
  return point >= FaultPoint::upload && point <= FaultPoint::run;
}

}  // namespace

Result<FaultScript> parse_fault_script(std::string_view text) {
  FaultScript script;
  for (const std::string_view part : split(text, ';')) {
    const std::string_view step = trim(part);
    const size_t equals = std::min(step.find('='), step.size());
    const std::string_view value = step.substr(std::min(equals + 1, step.size()));
    const Status status = apply(script, step.substr(0, equals), value);
    if (!status.ok()) return status.at(fmt::format("fault script, step {}", in_quotes(step)));
  }
  return script;
}

Status FaultCounter::at(FaultPoint point) {
  const auto i = static_cast<size_t>(point);
  const uint64_t turn = ++calls_[i];
  if (is_command(point) && script_.command.hits(++given_)) {
    return device_error("fault layer: command {} fails as asked", given_.load());
  }
  if (!script_.fail[i].hits(turn)) return {};
  const Code code = point == FaultPoint::alloc ? Code::no_memory : Code::device;
  return Status(code, fmt::format("fault layer: {} {} fails as asked", point_names[i], turn));
}

}  // namespace tenon
