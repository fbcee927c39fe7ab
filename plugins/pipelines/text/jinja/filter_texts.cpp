// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"
#include "jinja/utf8.h"

#include <algorithm>

namespace tenon::text::jinja {

namespace {

constexpr int64_t most_width = 1000;

Result<Value> trim(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  TENON_TRY(run.spend(static_cast<int64_t>(text.size() / 16)));
  const Value* set = arguments.find(0, "chars");
  if (set == nullptr || !set->is(Kind::text)) return Value::of(strip(text));
  TENON_TRY(run.spend(static_cast<int64_t>(text.size() * (1 + set->text.size() / 8))));
  return Value::of(stripped(text, set->text, Sides::both));
}

template <Letters letters>
Result<Value> with_letters(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  return cased(run, text, letters);
}

// Words begin after white space, "-" and opening brackets only, unlike those of the method.
Result<Value> title(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  std::string made;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at;
    const auto splits = [&](size_t i) {
      return is_space(code_point(text, i)) || std::string_view("-({[<").find(text[i]) != text.npos;
    };
    while (end < text.size() && !splits(end)) end += character_bytes(text, end);
    TENON_TRY_ASSIGN(const Value word, cased(run, text.substr(at, end - at), Letters::capitalized));
    made += word.text;
    while (end < text.size() && splits(end)) {
      const size_t bytes = character_bytes(text, end);
      made += text.substr(end, bytes);
      end += bytes;
    }
    at = end;
  }
  return run.text(std::move(made));
}

Result<Value> replace(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  TENON_TRY_ASSIGN(const std::string_view from, text_argument(run, arguments, 0, "old", ""));
  TENON_TRY_ASSIGN(const std::string_view to, text_argument(run, arguments, 1, "new", ""));
  TENON_TRY_ASSIGN(const int64_t most, integer_argument(arguments, 2, "count", -1));
  return replaced(run, text, from, to, most);
}

Result<Value> indent(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  std::string prefix(4, ' ');
  if (const Value* width = arguments.find(0, "width")) {
    if (width->is(Kind::text)) {
      prefix = width->text;
    } else {
      TENON_TRY_ASSIGN(const int64_t columns, integer_argument(arguments, 0, "width", 4));
      if (columns > most_width) return unsupported("indent by {}, at most {}", columns, most_width);
      prefix.assign(static_cast<size_t>(std::max<int64_t>(columns, 0)), ' ');
    }
  }
  const bool first = flag_argument(arguments, 1, "first", false);
  const bool blank = flag_argument(arguments, 2, "blank", false);
  std::string made = first ? prefix : std::string();
  size_t at = 0;
  while (true) {
    const size_t end = std::min(text.find('\n', at), text.size());
    if (at > 0 && (blank || !strip(text.substr(at, end - at)).empty())) made += prefix;
    made += text.substr(at, end - at);
    if (end == text.size()) return run.text(std::move(made));
    made += '\n';
    if (!run.budget().allocate(static_cast<int64_t>(end - at + prefix.size()))) {
      return run.budget().status();
    }
    at = end + 1;
  }
}

Result<Value> string(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  return Value::of(text);
}

Result<Value> unchanged(Interpreter&, const Value& value, const Arguments&) { return value; }

Result<Value> escape(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  TENON_TRY(run.spend(static_cast<int64_t>(text.size() / 8)));
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '&':
        made += "&amp;";
        break;
      case '<':
        made += "&lt;";
        break;
      case '>':
        made += "&gt;";
        break;
      case '"':
        made += "&#34;";
        break;
      case '\'':
        made += "&#39;";
        break;
      default:
        made += c;
    }
  }
  return run.text(std::move(made));
}

Result<Value> center(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  TENON_TRY_ASSIGN(const int64_t width, integer_argument(arguments, 0, "width", 80));
  if (width > most_width) return unsupported("center in {}, at most {}", width, most_width);
  const auto missing = width - static_cast<int64_t>(character_count(text));
  if (missing <= 0) return Value::of(text);
  const auto left = static_cast<size_t>(missing / 2 + (missing & width & 1));
  const size_t right = static_cast<size_t>(missing) - left;
  return run.text(std::string(left, ' ') + std::string(text) + std::string(right, ' '));
}

Result<Value> truncate(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  TENON_TRY_ASSIGN(const int64_t length, integer_argument(arguments, 0, "length", 255));
  const bool cuts_words = flag_argument(arguments, 1, "killwords", false);
  TENON_TRY_ASSIGN(const std::string_view end, text_argument(run, arguments, 2, "end", "..."));
  TENON_TRY_ASSIGN(const int64_t leeway, integer_argument(arguments, 3, "leeway", 5));
  TENON_TRY(run.spend(static_cast<int64_t>(text.size() / 8)));
  const auto starts = character_starts(text);
  const auto count = static_cast<int64_t>(starts.size()) - 1;
  if (length >= count || length + std::clamp<int64_t>(leeway, 0, most_width) >= count) {
    return Value::of(text);
  }
  const int64_t kept = length - static_cast<int64_t>(character_count(end));
  if (kept < 0) return invalid("truncate: expected length of at least that of its end");
  std::string_view head = text.substr(0, starts[static_cast<size_t>(kept)]);
  if (!cuts_words && head.rfind(' ') != head.npos) head = head.substr(0, head.rfind(' '));
  return run.text(std::string(head) + std::string(end));
}

Result<Value> word_count(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  TENON_TRY(run.spend(static_cast<int64_t>(text.size() / 4)));
  return Value::of(static_cast<int64_t>(split(text, std::nullopt, -1).size()));
}

Result<Value> format(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  return format_percent(run, text, arguments.positional);
}

constexpr Filter table[] = {
    {"trim", trim},
    {"lower", with_letters<Letters::lower>},
    {"upper", with_letters<Letters::upper>},
    {"capitalize", with_letters<Letters::capitalized>},
    {"title", title},
    {"replace", replace},
    {"indent", indent},
    {"string", string},
    {"safe", unchanged},
    {"escape", escape},
    {"e", escape},
    {"center", center},
    {"truncate", truncate},
    {"wordcount", word_count},
    {"format", format},
};

}  // namespace

std::span<const Filter> text_filters() { return table; }

}  // namespace tenon::text::jinja
