// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/tenon/base/command.h"

#include <span>
#include <string>

// Help and completion, made from the table of commands.
namespace tenon::cli {

std::string help_of(std::span<const Command> commands);
std::string help_of(const Command& command);

// A script for bash: commands, then each command's flags, file names where files go.
std::string bash_completion(std::span<const Command> commands);

}  // namespace tenon::cli
