// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/normalize.h"

#include <memory>

namespace tenon::text {
namespace {

Status check_growth(size_t now, size_t before, size_t factor) {
  if (now <= before * factor + 64) return {};
  return invalid("a text of {} bytes is normalized to more than {} times its length", before,
                 factor);
}

// Keeps the characters for which keep(character) is true.
template <class Keep>
std::string filtered(std::string_view text, Keep&& keep) {
  std::string kept;
  for (size_t at = 0; at < text.size();) {
    const size_t here = at;
    if (keep(next_character(text, at))) kept += text.substr(here, at - here);
  }
  return kept;
}

bool is_nmt_control(char32_t c) {
  return (c >= 1 && c <= 8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F ||
         c == 0x9F;
}

bool is_nmt_space(char32_t c) {
  return c == 9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 ||
         (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF ||
         c == 0xFFFD;
}

}  // namespace

NormalizeStep to_normal_form(NormalForm form) {
  return [form](std::string_view text) -> Result<std::string> { return normal_form(text, form); };
}

NormalizeStep to_lower_case() {
  return [](std::string_view text) -> Result<std::string> { return lower_case(text); };
}

NormalizeStep without_marks() {
  return [](std::string_view text) -> Result<std::string> {
    return filtered(text, [](char32_t c) { return !is_mark(c); });
  };
}

NormalizeStep without_spaces_around(bool left, bool right) {
  return [left, right](std::string_view text) -> Result<std::string> {
    size_t begin = 0;
    size_t end = text.size();
    while (left && begin < end) {
      size_t next = begin;
      if (!is_white_space(next_character(text, next))) break;
      begin = next;
    }
    while (right && end > begin) {
      size_t before = end;
      if (!is_white_space(previous_character(text, before))) break;
      end = before;
    }
    return std::string(text.substr(begin, end - begin));
  };
}

NormalizeStep replaced(std::string what, std::string by) {
  return
      [what = std::move(what), by = std::move(by)](std::string_view text) -> Result<std::string> {
        std::string changed = replace_all(text, what, by);
        TENON_TRY(check_growth(changed.size(), text.size(), 8));
        return changed;
      };
}

NormalizeStep replaced(Pattern what, std::string by) {
  return
      [what = std::move(what), by = std::move(by)](std::string_view text) -> Result<std::string> {
        TENON_TRY_ASSIGN(const std::vector<Range> matches, what.matches(text));
        std::string changed;
        size_t done = 0;
        for (const Range& match : matches) {
          changed += text.substr(done, match.begin - done);
          changed += by;
          done = match.end;
          TENON_TRY(check_growth(changed.size(), text.size(), 8));
        }
        changed += text.substr(done);
        return changed;
      };
}

NormalizeStep begun_with(std::string prefix) {
  return [prefix = std::move(prefix)](std::string_view text) -> Result<std::string> {
    return text.empty() ? std::string() : prefix + std::string(text);
  };
}

NormalizeStep mapped_clusters(Charsmap map) {
  const auto shared = std::make_shared<const Charsmap>(std::move(map));
  return [shared](std::string_view text) -> Result<std::string> {
    std::string mapped;
    each_cluster(text, [&](std::string_view cluster) {
      if (cluster.size() < 6) {
        const Charsmap::Match whole = shared->shortest(cluster);
        if (whole.length > 0) {
          mapped += whole.by;
          return;
        }
      }
      for (size_t at = 0; at < cluster.size();) {
        const size_t here = at;
        next_character(cluster, at);
        const std::string_view character = cluster.substr(here, at - here);
        const Charsmap::Match part = shared->shortest(character);
        mapped += part.length > 0 ? part.by : character;
      }
    });
    TENON_TRY(check_growth(mapped.size(), text.size(), 16));
    return mapped;
  };
}

NormalizeStep nmt_spaces() {
  return [](std::string_view text) -> Result<std::string> {
    std::string spaced;
    for (size_t at = 0; at < text.size();) {
      const char32_t character = next_character(text, at);
      if (is_nmt_control(character)) continue;
      append(spaced, is_nmt_space(character) ? U' ' : character);
    }
    return spaced;
  };
}

NormalizeStep byte_characters() {
  return [](std::string_view text) -> Result<std::string> { return to_byte_characters(text); };
}

}  // namespace tenon::text
