// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/texts/builtin.h"

extern "C" {
extern const std::byte tenon_story_begin[];
extern const std::byte tenon_story_end[];
}

namespace tenon::cli {

Result<std::span<const std::byte>> builtin_model(std::string_view name) {
  if (name == builtin_story) return std::span<const std::byte>(tenon_story_begin, tenon_story_end);
  return invalid("there is no model \"{}\" in this program; there is: {}", name, builtin_story);
}

}  // namespace tenon::cli
