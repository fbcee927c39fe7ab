// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/pattern.h"

#include <optional>
#include <string_view>

// Sets of characters, as patterns name them. Values. [any thread]
namespace tenon::pattern_sets {

constexpr char32_t last_code = 0x10FFFF;

// Ranges by their beginning, without overlap.
Pattern::Set sorted(Pattern::Set set);
Pattern::Set all_but(const Pattern::Set& given);
// The letters of a set in both cases.
Pattern::Set both_cases(Pattern::Set set);
// d, s, w, and their capitals, which are what the small ones are not.
std::optional<Pattern::Set> named_by_letter(char32_t letter);
// The name in [:name:].
std::optional<Pattern::Set> named_by_word(std::string_view name);

}  // namespace tenon::pattern_sets
