// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/parse.h"

#include <fmt/ranges.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>

namespace tenon::cli {

namespace {

const Command* find_command(std::span<const Command> commands, std::string_view name) {
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

Status unknown_command(std::span<const Command> commands, std::string_view name) {
  std::vector<std::string_view> names;
  for (const Command& command : commands) names.push_back(command.name);
  return invalid("there is no command \"{}\"; commands are: {}", name, fmt::join(names, ", "));
}

// What the parser library writes into, one for each flag; addresses stay.
struct Slot {
  const Flag* flag;
  CLI::Option* option = nullptr;
  std::vector<std::string> values = {};
  bool on = false;
};

void declare(CLI::App& app, const Flag& flag, Slot& slot) {
  std::string names = fmt::format("--{}", flag.name);
  if (flag.letter != 0) names = fmt::format("-{},{}", flag.letter, names);
  if (flag.value.empty()) {
    slot.option = app.add_flag(names, slot.on);
  } else {
    slot.option = app.add_option(names, slot.values)->allow_extra_args(false);
    if (!flag.repeated) slot.option->expected(1)->take_last();
  }
  if (flag.from_environment) slot.option->envname(environment_name(flag));
}

Status check_value(const Flag& flag, const std::string& value) {
  const char* end = value.data() + value.size();
  if (flag.kind == Flag::Kind::integer) {
    int64_t number = 0;
    const auto [last, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || last != end || number < 0) {
      return invalid("--{}: \"{}\" is no whole number from 0 on", flag.name, value);
    }
  }
  if (flag.kind == Flag::Kind::number) {
    double number = 0;
    const auto [last, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc() || last != end || !std::isfinite(number)) {
      return invalid("--{}: \"{}\" is no number", flag.name, value);
    }
  }
  return {};
}

Result<Arguments> collect(const Command& command, const std::deque<Slot>& slots,
                          std::vector<std::string> operands) {
  Arguments arguments;
  for (const Slot& slot : slots) {
    const Flag& flag = *slot.flag;
    if (!flag.otherwise.empty()) arguments.set_default(flag.name, flag.otherwise);
    if (slot.option->count() == 0 || (flag.value.empty() && !slot.on)) continue;
    for (const std::string& value : slot.values) TENON_TRY(check_value(flag, value));
    arguments.set(flag.name, slot.values);
  }
  const size_t least =
      static_cast<size_t>(std::ranges::count_if(command.operands, &Operand::required));
  const bool open = std::ranges::any_of(command.operands, &Operand::repeated);
  if (operands.size() < least) {
    return invalid("{} is missing: {}", command.operands[operands.size()].name,
                   command.operands[operands.size()].doc);
  }
  if (!open && operands.size() > command.operands.size()) {
    return invalid("\"{}\" is one word too many", operands[command.operands.size()]);
  }
  arguments.set_operands(std::move(operands));
  return arguments;
}

Result<Request> parse_command(const Command& command, std::span<const std::string> words) {
  CLI::App app;
  app.set_help_flag();
  bool help = false;
  app.add_flag("-h,--help", help);
  std::vector<std::string> operands;
  app.add_option("operands", operands);
  std::deque<Slot> slots;
  for (const Flag& flag : command.flags) declare(app, flag, slots.emplace_back(Slot{&flag}));
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    if (help) return Request{Request::Kind::help, &command, {}};
    return invalid("{}", error.what());
  }
  if (help) return Request{Request::Kind::help, &command, {}};
  TENON_TRY_ASSIGN(Arguments arguments, collect(command, slots, std::move(operands)));
  return Request{Request::Kind::run, &command, std::move(arguments)};
}

}  // namespace

Result<Request> parse(std::span<const Command> commands, std::span<const std::string> words) {
  if (words.empty()) return invalid("no command");
  const std::string& first = words[0];
  if (first == "--version" || first == "-V") return Request{Request::Kind::version, nullptr, {}};
  if (first == "--help" || first == "-h" || first == "help") {
    if (words.size() == 1) return Request{Request::Kind::help, nullptr, {}};
    const Command* command = find_command(commands, words[1]);
    if (command == nullptr) return unknown_command(commands, words[1]);
    return Request{Request::Kind::help, command, {}};
  }
  const Command* command = find_command(commands, first);
  if (command == nullptr) return unknown_command(commands, first);
  return parse_command(*command, words.subspan(1));
}

}  // namespace tenon::cli
