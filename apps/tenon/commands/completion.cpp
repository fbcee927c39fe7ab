// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/command.h"
#include "apps/tenon/base/help.h"
#include "apps/tenon/base/text.h"

namespace tenon::cli {

namespace {

Result<Exit> print_completion(const Arguments& arguments) {
  const std::string& shell = arguments.operands().front();
  if (shell != "bash") return invalid("completion for \"{}\"; expected bash", printable(shell));
  print(bash_completion(commands::table()));
  return Exit::ok;
}

}  // namespace

namespace commands {

Command completion();
Command completion() {
  return {
      .name = "completion",
      .doc = "prints a script that completes commands and flags in a shell",
      .operands = {{"SHELL", "bash"}},
      .run = print_completion,
  };
}

}  // namespace commands

}  // namespace tenon::cli
