// SPDX-License-Identifier: Apache-2.0
#include "core/base/pattern_sets.h"

#include "core/base/letters.h"

#include <algorithm>

namespace tenon::pattern_sets {

using Set = Pattern::Set;

Set sorted(Set set) {
  std::ranges::sort(set, {}, &Pattern::Range::first);
  Set joined;
  for (const Pattern::Range& range : set) {
    if (!joined.empty() && range.first <= joined.back().last + 1) {
      joined.back().last = std::max(joined.back().last, range.last);
    } else {
      joined.push_back(range);
    }
  }
  return joined;
}

Set all_but(const Set& given) {
  Set rest;
  char32_t next = 0;
  for (const Pattern::Range& range : sorted(given)) {
    if (range.first > next) rest.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= last_code) rest.push_back({next, last_code});
  return rest;
}

Set both_cases(Set set) {
  constexpr char32_t most = 512;  // longer ranges are taken to have both
  const Set given = set;
  for (const Pattern::Range& range : given) {
    if (range.last - range.first > most) continue;
    for (char32_t code = range.first; code <= range.last; ++code) {
      set.push_back({to_lower(code), to_lower(code)});
      set.push_back({to_upper(code), to_upper(code)});
    }
  }
  return set;
}

std::optional<Set> named_by_letter(char32_t letter) {
  const Set digits = {{'0', '9'}};
  const Set spaces = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
  const Set words = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  switch (letter) {
    case 'd':
      return digits;
    case 'D':
      return all_but(digits);
    case 's':
      return spaces;
    case 'S':
      return all_but(spaces);
    case 'w':
      return words;
    case 'W':
      return all_but(words);
    default:
      return std::nullopt;
  }
}

std::optional<Set> named_by_word(std::string_view name) {
  if (name == "alnum") return Set{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}};
  if (name == "alpha") return Set{{'A', 'Z'}, {'a', 'z'}};
  if (name == "ascii") return Set{{0, 0x7F}};
  if (name == "blank") return Set{{'\t', '\t'}, {' ', ' '}};
  if (name == "cntrl") return Set{{0, 0x1F}, {0x7F, 0x7F}};
  if (name == "digit") return Set{{'0', '9'}};
  if (name == "graph") return Set{{'!', '~'}};
  if (name == "lower") return Set{{'a', 'z'}};
  if (name == "print") return Set{{' ', '~'}};
  if (name == "punct") return Set{{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}};
  if (name == "space") return Set{{'\t', '\r'}, {' ', ' '}};
  if (name == "upper") return Set{{'A', 'Z'}};
  if (name == "word") return Set{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  if (name == "xdigit") return Set{{'0', '9'}, {'A', 'F'}, {'a', 'f'}};
  return std::nullopt;
}

}  // namespace tenon::pattern_sets
