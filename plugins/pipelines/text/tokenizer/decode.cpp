// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/decode.h"

#include "tenon/json.h"
#include "tokenizer/normalize.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tenon::text {
namespace {

using Kind = DecodeStep::Kind;

std::string with_pattern(const Pattern& pattern, std::string_view token, std::string_view by) {
  if (!is_utf8(token)) return std::string(token);
  const auto matches = pattern.matches(token);
  if (!matches.ok()) return std::string(token);
  std::string text;
  size_t done = 0;
  for (const Range& match : *matches) {
    text += token.substr(done, match.begin - done);
    text += by;
    done = match.end;
  }
  return text + std::string(token.substr(done));
}

std::string bytes_of(std::string_view token) {
  if (!is_utf8(token)) return std::string(token);
  return from_byte_characters(token).value_or(std::string(token));
}

// How often the text ends with `what`, but at most `most` times.
size_t times_behind(std::string_view text, std::string_view what, size_t most) {
  size_t times = 0;
  while (times < most && !what.empty() && text.ends_with(what)) {
    text.remove_suffix(what.size());
    ++times;
  }
  return times;
}

std::string_view stripped(const DecodeStep& step, std::string_view token) {
  for (size_t i = 0; i < step.begin && !step.text.empty() && token.starts_with(step.text); ++i) {
    token.remove_prefix(step.text.size());
  }
  token.remove_suffix(times_behind(token, step.text, step.end) * step.text.size());
  return token;
}

}  // namespace

std::string Decoding::push(const std::vector<DecodeStep>& steps, const Vocabulary& vocabulary,
                           int32_t id) {
  states_.resize(steps.size());
  std::string token(vocabulary.spelling(id));
  for (size_t i = 0; i < steps.size(); ++i) {
    token = run(steps[i], states_[i], token, id, vocabulary);
    states_[i].fresh = false;
  }
  return token;
}

std::string Decoding::run(const DecodeStep& step, StepState& state, std::string_view token,
                          int32_t id, const Vocabulary& vocabulary) {
  switch (step.kind) {
    case Kind::bytes:
      return bytes_of(token);
    case Kind::replace:
      return step.pattern ? with_pattern(*step.pattern, token, step.content)
                          : replace_all(token, step.text, step.content);
    case Kind::byte_tokens: {
      const auto byte = byte_of_spelling(token);
      return byte ? std::string(1, static_cast<char>(*byte)) : std::string(token);
    }
    case Kind::strip:
      return std::string(stripped(step, token));
    case Kind::strip_text:
      return strip_text(step, state, token);
    case Kind::metaspace:
      return replace_all(token, step.text, at_begin(state) && !step.keep_first ? "" : " ");
    case Kind::word_pieces: {
      std::string text(token);
      if (!at_begin(state)) {
        const bool continues = !step.text.empty() && token.starts_with(step.text);
        text = continues ? text.substr(step.text.size()) : " " + text;
      }
      return step.tidy ? tidied(std::move(text)) : text;
    }
    case Kind::word_starts: {
      const bool marked = token.starts_with(step.text);
      if (marked) token.remove_prefix(step.text.size());
      const bool starts = marked || vocabulary.kind(id) == TokenKind::control;
      return (starts && !at_begin(state) ? " " : "") + std::string(token);
    }
    case Kind::word_suffix: {
      std::string text = std::exchange(state.held, std::string());
      if (place_ == Place::middle) return replace_all(token, step.text, " ");
      const bool ends = !step.text.empty() && token.ends_with(step.text);
      if (ends) {
        token.remove_suffix(step.text.size());
        state.held = " ";
      }
      return text + replace_all(token, step.text, " ");
    }
    case Kind::ctc: {
      const bool again = state.last == id;
      state.last = id;
      if (again) return {};
      std::string text = replace_all(token, step.text, "");
      return step.tidy ? replace_all(tidied(std::move(text)), step.content, " ") : text;
    }
    case Kind::sentencepiece:
      return plain_spaces(step, state, token, id, vocabulary);
    case Kind::spaces:
      return (at_begin(state) ? "" : " ") + std::string(token);
  }
  return {};
}

std::string Decoding::strip_text(const DecodeStep& step, StepState& state, std::string_view token) {
  while (place_ == Place::begin && state.stripped < step.begin && !step.text.empty() &&
         token.starts_with(step.text)) {
    token.remove_prefix(step.text.size());
    ++state.stripped;
  }
  if (!token.empty()) state.stripped = step.begin;
  std::string text = std::exchange(state.held, std::string()) + std::string(token);
  const size_t held = times_behind(text, step.text, step.end) * step.text.size();
  state.held = text.substr(text.size() - held);
  text.resize(text.size() - held);
  return text;
}

std::string Decoding::plain_spaces(const DecodeStep& step, StepState& state, std::string_view token,
                                   int32_t id, const Vocabulary& vocabulary) {
  std::string text;
  const auto byte = byte_of_spelling(token);
  if (vocabulary.kind(id) == TokenKind::unknown) {
    text = step.content;
  } else if (byte && vocabulary.kind(id) == TokenKind::byte) {
    text = std::string(1, static_cast<char>(*byte));
  } else {
    if (place_ == Place::begin && !state.printed && state.stripped < step.begin &&
        token.starts_with(space_mark)) {
      token.remove_prefix(space_mark.size());
      ++state.stripped;
    }
    text = replace_all(token, space_mark, " ");
  }
  state.printed = state.printed || !text.empty();
  return text;
}

std::string tidied(std::string text) {
  constexpr std::array<std::array<std::string_view, 2>, 11> rules = {{{" .", "."},
                                                                      {" ?", "?"},
                                                                      {" !", "!"},
                                                                      {" ,", ","},
                                                                      {" ' ", "'"},
                                                                      {" n't", "n't"},
                                                                      {" 'm", "'m"},
                                                                      {" do not", " don't"},
                                                                      {" 's", "'s"},
                                                                      {" 've", "'ve"},
                                                                      {" 're", "'re"}}};
  for (const auto& [what, by] : rules) {
    if (text.find(what) != std::string::npos) text = replace_all(text, what, by);
  }
  return text;
}

bool counts_broken_bytes(const std::vector<DecodeStep>& steps) {
  return std::ranges::any_of(steps, [](const DecodeStep& step) {
    return step.kind == Kind::byte_tokens || step.kind == Kind::sentencepiece;
  });
}

}  // namespace tenon::text
