// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/command.h"

#include <span>

// From words to a command and its arguments. The one place that knows the parser library.
namespace tenon::cli {

struct Request {
  enum class Kind : uint8_t { run, help, version };
  Kind kind = Kind::run;
  const Command* command = nullptr;  // null: help for the program
  Arguments arguments;
};

// words: without the program's name. A failure says what was wrong with them.
Result<Request> parse(std::span<const Command> commands, std::span<const std::string> words);

}  // namespace tenon::cli
