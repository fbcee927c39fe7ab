// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstddef>
#include <span>
#include <string_view>

// Models inside the program, named "builtin:story". [any thread]
namespace tenon::cli {

constexpr std::string_view builtin_prefix = "builtin:";
constexpr std::string_view builtin_story = "builtin:story";
// What the file of the story model would be called.
constexpr std::string_view story_file = "story-q8_0.gguf";

// Bytes of the model of that name, which live as long as the program.
Result<std::span<const std::byte>> builtin_model(std::string_view name);

}  // namespace tenon::cli
