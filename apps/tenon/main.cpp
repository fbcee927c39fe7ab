// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/cancel.h"
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/help.h"
#include "apps/tenon/base/parse.h"
#include "apps/tenon/base/text.h"

#include <algorithm>
#include <cstdio>

namespace tenon::cli {

namespace {

// What to try after a failure of this kind.
std::string advice(Exit exit, const Command* command, const Arguments& arguments) {
  const std::string model = arguments.operands().empty() ? "MODEL" : arguments.operands().front();
  const bool takes_model =
      command != nullptr && !command->operands.empty() && command->operands.front().name == "MODEL";
  const Exit shown = exit == Exit::model && !takes_model ? Exit::usage : exit;
  switch (shown) {
    case Exit::usage:
      return command == nullptr ? "tenon --help" : fmt::format("tenon {} --help", command->name);
    case Exit::model:
      return fmt::format("tenon inspect {}", printable(model));
    case Exit::memory:
      return fmt::format("tenon inspect --tensors {}", printable(model));
    case Exit::device:
      return "tenon doctor";
    default:
      return {};
  }
}

int fail(const Status& status, const Command* command, const Arguments& arguments) {
  const Exit exit = exit_of(status.code());
  const std::string cause = exit == Exit::cancelled ? "cancelled" : std::string(status.message());
  std::string text = fmt::format("tenon: {}\n", cause);
  if (const std::string try_this = advice(exit, command, arguments); !try_this.empty()) {
    text += fmt::format("try: {}\n", try_this);
  }
  std::fputs(text.c_str(), stderr);
  return static_cast<int>(exit);
}

int run_program(std::span<const std::string> words) {
  const std::vector<Command> commands = commands::table();
  if (words.empty()) {
    std::fputs(help_of(commands).c_str(), stderr);
    return static_cast<int>(Exit::usage);
  }
  const auto request = parse(commands, words);
  if (!request.ok()) {
    const auto named = std::ranges::find(commands, words[0], &Command::name);
    return fail(request.status(), named == commands.end() ? nullptr : &*named, {});
  }
  if (request->kind == Request::Kind::version) {
    print(fmt::format("tenon {}\n", tenon_version()));
    return 0;
  }
  if (request->kind == Request::Kind::help) {
    print(request->command == nullptr ? help_of(commands) : help_of(*request->command));
    return 0;
  }
  watch_interrupts();
  const auto exit = request->command->run(request->arguments);
  if (!exit.ok()) return fail(exit.status(), request->command, request->arguments);
  return static_cast<int>(*exit);
}

}  // namespace

}  // namespace tenon::cli

int main(int count, char** words) {
  try {
    return tenon::cli::run_program(std::vector<std::string>(words + 1, words + count));
  } catch (const std::bad_alloc&) {
    std::fputs("tenon: out of memory\n", stderr);
    return static_cast<int>(tenon::cli::Exit::memory);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tenon: %s\n", error.what());
    return static_cast<int>(tenon::cli::Exit::device);
  }
}
