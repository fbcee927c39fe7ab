// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>

namespace tenon::text {
namespace {

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* thing) const {
    free(thing);
  }
};
using CompileContext = std::unique_ptr<pcre2_compile_context, Freed<pcre2_compile_context_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freed<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freed<pcre2_match_data_free>>;

std::string reason(int error) {
  std::array<PCRE2_UCHAR, 200> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

// What means something else here than where these patterns were written, or can loop.
Status check_syntax(std::string_view source) {
  constexpr std::array<std::string_view, 12> refused = {"&&",  "[[",  "(*",  "(?C", "(?R", "(?&",
                                                        "(?P", "\\K", "\\g", "\\k", "\\h", "\\X"};
  for (const std::string_view what : refused) {
    if (source.find(what) != std::string_view::npos) {
      return unsupported("\"{}\" in a pattern is not understood", what);
    }
  }
  return {};
}

// Steps of one text: what the engine visits and how far it moves between two visits.
struct Count {
  size_t steps = 0;
  size_t most = 0;
  size_t at = 0;
};

int count_step(pcre2_callout_block* block, void* data) {
  auto& count = *static_cast<Count*>(data);
  const size_t here = block->current_position;
  count.steps += 1 + (here > count.at ? here - count.at : count.at - here);
  count.at = here;
  return count.steps > count.most ? PCRE2_ERROR_CALLOUT : 0;
}

}  // namespace

struct Pattern::Code {
  std::unique_ptr<pcre2_code, Freed<pcre2_code_free>> compiled;
  Steps steps;
};

Result<Pattern> Pattern::compile(std::string_view source, Steps steps) {
  if (source.size() > most_bytes) {
    return invalid("a pattern of {} bytes, at most {} are read", source.size(), most_bytes);
  }
  TENON_TRY(check_syntax(source));
  const CompileContext context(pcre2_compile_context_create(nullptr));
  if (!context) return no_memory("pattern: no memory");
  pcre2_set_parens_nest_limit(context.get(), 100);
  uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C;
  if (steps == Steps::counted) options |= PCRE2_AUTO_CALLOUT;
  int error = 0;
  PCRE2_SIZE where = 0;
  auto code = std::make_shared<Code>();
  code->steps = steps;
  code->compiled.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(source.data()), source.size(),
                                     options, &error, &where, context.get()));
  if (!code->compiled) {
    return invalid("pattern \"{}\": at {}: {}", source.substr(0, 200), where, reason(error));
  }
  return Pattern(std::move(code));
}

Result<std::vector<Range>> Pattern::matches(std::string_view text) const {
  const MatchData data(pcre2_match_data_create(1, nullptr));
  const MatchContext context(pcre2_match_context_create(nullptr));
  if (!data || !context) return no_memory("pattern: no memory");
  Count count{.most = 500'000 + 64 * text.size()};
  pcre2_set_heap_limit(context.get(), 64 << 10);  // KiB
  if (code_->steps == Steps::counted) {
    pcre2_set_callout(context.get(), count_step, &count);
    pcre2_set_match_limit(context.get(), 1'000'000);
  }
  std::vector<Range> found;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = character_begin(text, std::min(text.size(), at + most_match));
    const int got = pcre2_match(code_->compiled.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                end, at, PCRE2_NO_UTF_CHECK, data.get(), context.get());
    if (got == PCRE2_ERROR_NOMATCH) {
      if (end == text.size()) break;
      at = end;
      continue;
    }
    if (got < 0) return invalid("a pattern of the tokenizer takes too long: {}", reason(got));
    const PCRE2_SIZE* place = pcre2_get_ovector_pointer(data.get());
    const Range range{place[0], place[1]};
    if (range.begin < at || range.end < range.begin) return invalid("a pattern matches backwards");
    const bool again = range.size() == 0 && !found.empty() && found.back().end == range.end;
    if (!again) found.push_back(range);
    at = range.end;
    if (range.size() == 0) at += at < text.size() ? character_bytes(text[at]) : 1;
  }
  return found;
}

}  // namespace tenon::text
