// SPDX-License-Identifier: Apache-2.0
#include "core/base/letters.h"
#include "core/base/pattern.h"
#include "core/ops/framework/texts.h"
#include "core/ops/op.h"

#include <algorithm>
#include <optional>

namespace tenon::ops {
namespace {

using Views = std::vector<std::string_view>;

// How texts are cut: at separators, one after the other; into what a pattern finds; or into
// characters.
class Cutter {
 public:
  static Result<Cutter> make(const AttributeContext& c) {
    Cutter cutter;
    const std::vector<std::string> separators = c.texts("separators");
    const std::string token = c.text("tokenexp", "");
    if (separators.empty() == token.empty()) {
      return invalid("one of the attributes separators and tokenexp is expected");
    }
    const int64_t least = c.integer("mincharnum", 0);
    if (least < 1) return invalid("attribute mincharnum is {}, expected at least 1", least);
    cutter.least_ = static_cast<size_t>(least);
    if (!token.empty()) {
      TENON_TRY_ASSIGN(cutter.token_, compiled(token));
      return cutter;
    }
    cutter.characters_ = separators.size() == 1 && separators.front().empty();
    if (cutter.characters_) return cutter;
    for (const std::string& separator : separators) {
      TENON_TRY_ASSIGN(std::optional<Pattern> pattern, compiled(separator));
      cutter.separators_.push_back(std::move(*pattern));
    }
    return cutter;
  }

  Views cut(std::string_view text) const {
    if (characters_) return into_characters(text);
    if (token_) return found(text);
    Views row = {text};
    for (const Pattern& separator : separators_) {
      Views parts;
      for (const std::string_view part : row) cut_at(separator, part, parts);
      row = std::move(parts);
    }
    return row;
  }

 private:
  static Result<std::optional<Pattern>> compiled(std::string_view text) {
    TENON_TRY_ASSIGN(Pattern pattern, Pattern::compile(text));
    return std::optional<Pattern>(std::move(pattern));
  }

  void add(std::string_view token, Views& row) const {
    if (count_characters(token) >= least_) row.push_back(token);
  }
  // Where to go on behind a match, which may be empty.
  static size_t behind(std::string_view text, const Pattern::Match& match) {
    if (match.end > match.begin || match.end >= text.size()) return match.end;
    return match.end + character_at(text, match.end).bytes;
  }

  Views into_characters(std::string_view text) const {
    Views row;
    for (size_t i = 0; i < text.size();) {
      const size_t bytes = character_at(text, i).bytes;
      add(text.substr(i, bytes), row);
      i += bytes;
    }
    return row;
  }

  Views found(std::string_view text) const {
    Views row;
    size_t from = 0;
    while (from < text.size()) {
      const auto match = token_->find(text, from);
      if (!match) break;
      add(text.substr(match->begin, match->end - match->begin), row);
      from = behind(text, *match);
    }
    return row;
  }

  void cut_at(const Pattern& separator, std::string_view text, Views& parts) const {
    size_t from = 0;
    while (from < text.size()) {
      const auto match = separator.find(text, from);
      if (!match) break;
      add(text.substr(from, match->begin - from), parts);
      from = behind(text, *match);
    }
    add(text.substr(from), parts);
  }

  size_t least_ = 1;
  bool characters_ = false;
  std::optional<Pattern> token_;
  std::vector<Pattern> separators_;
};

Status infer(InferContext& c) {
  TENON_TRY(Cutter::make(c).status());
  const Value& x = c.value(0);
  if (x.ranked && x.dims.size() != 1 && x.dims.size() != 2) {
    return invalid("texts of rank {}, expected 1 or 2", x.dims.size());
  }
  output_like_input(c, 0, DType::string, 1);
  return {};
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const Cutter cutter, Cutter::make(c));
  TENON_TRY_ASSIGN(const Views texts, c.text_input(0));
  const bool marks = c.integer("mark", 0) != 0;
  std::vector<std::vector<std::string>> rows;
  for (const std::string_view text : texts) {
    const Views tokens = cutter.cut(text);
    rows.emplace_back(tokens.begin(), tokens.end());
    TENON_TRY(c.poll());
  }
  // Marks begin and end each text, unless there is no token anywhere.
  const bool some = std::ranges::any_of(rows, [](const auto& row) { return !row.empty(); });
  for (std::vector<std::string>& row : rows) {
    if (!marks || !some) break;
    row.insert(row.begin(), "\x02");
    row.emplace_back("\x03");
  }
  TENON_TRY_ASSIGN(HostTensor made,
                   text_rows(c, c.input(0).tensor.dims, rows, c.text("pad_value", "")));
  c.output(0, std::move(made));
  return {};
}

}  // namespace

Op tokenizer() {
  return {
      .name = "Tokenizer",
      .domain = "com.microsoft",
      .doc =
          "The tokens of each text along a new axis: what lies between separators, what a pattern "
          "finds, or characters; short rows are filled with pad_value.",
      .inputs = {{"x", "string"}},
      .outputs = {{"y", "string"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
