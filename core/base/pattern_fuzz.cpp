// SPDX-License-Identifier: Apache-2.0
#include "core/base/letters.h"
#include "core/base/pattern.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

// The first line is a pattern, the rest a text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), std::min<size_t>(size, 4096));
  const std::string_view line = input.substr(0, input.find('\n'));
  const std::string_view text = input.substr(std::min(line.size() + 1, input.size()));
  const auto pattern = tenon::Pattern::compile(line);
  if (!pattern.ok()) return 0;
  const bool whole = pattern->matches(text);
  const auto found = pattern->find(text, 0);
  // What matches as a whole is found somewhere.
  if (whole && !found) std::abort();
  if (found && (found->begin > found->end || found->end > text.size())) std::abort();
  (void)tenon::upper(tenon::lower(text));
  return 0;
}
