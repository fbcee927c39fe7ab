// SPDX-License-Identifier: Apache-2.0
// Running patterns: all states of a place in the text side by side, in order of preference.
#include "core/base/pattern.h"

#include "core/base/letters.h"

#include <algorithm>

namespace tenon {
namespace {

bool contains(const Pattern::Set& set, char32_t code) {
  const auto after = std::ranges::upper_bound(set, code, {}, &Pattern::Range::first);
  return after != set.begin() && code <= std::prev(after)->last;
}

bool is_word(char32_t code) {
  return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') ||
         (code >= 'A' && code <= 'Z') || code == '_';
}

}  // namespace

class Pattern::Machine {
 public:
  Machine(const Pattern& pattern, std::string_view text)
      : program_(pattern.program_),
        sets_(pattern.sets_),
        text_(text),
        seen_(pattern.program_.size(), no_place) {}

  std::optional<Match> run(size_t from, bool whole) {
    std::optional<Match> best;
    for (size_t place = from;; place += character_.bytes) {
      place_ = place;
      if (place < text_.size()) character_ = character_at(text_, place);
      next_.clear();
      // States of the last step were added for this place already; a new start is liked least.
      if (!best && (!whole || place == from)) add(now_, 0, place);
      if (now_.empty() && (whole || best)) break;
      if (const auto match = follow(whole)) best = match;
      if (place >= text_.size()) break;
      advance();
    }
    return best;
  }

 private:
  static constexpr size_t no_place = SIZE_MAX;
  struct State {
    uint32_t at;
    size_t begin;
  };

  // Follows what needs no character, the preferred way first. Each instruction once a place.
  void add(std::vector<State>& states, uint32_t start, size_t begin) {
    open_.assign(1, start);
    while (!open_.empty()) {
      const uint32_t at = open_.back();
      open_.pop_back();
      if (seen_[at] == place_) continue;
      seen_[at] = place_;
      const Instruction& instruction = program_[at];
      switch (instruction.step) {
        case Step::character:
        case Step::done:
          states.push_back({at, begin});
          break;
        case Step::either:
          open_.push_back(instruction.b);
          open_.push_back(instruction.a);
          break;
        case Step::jump:
          open_.push_back(instruction.a);
          break;
        default:
          if (holds(instruction.step)) open_.push_back(at + 1);
      }
    }
  }

  bool holds(Step step) const {
    const bool first = place_ == 0;
    const bool last = place_ == text_.size();
    switch (step) {
      case Step::text_begin:
        return first;
      case Step::text_end:
        return last;
      case Step::line_begin:
        return first || text_[place_ - 1] == '\n';
      case Step::line_end:
        return last || text_[place_] == '\n';
      default: {
        const bool before = !first && is_word(character_before(text_, place_).code);
        const bool after = !last && is_word(character_at(text_, place_).code);
        return (before != after) == (step == Step::word_edge);
      }
    }
  }

  // A state that is done ends all that are liked less; the others wait for the character.
  std::optional<Match> follow(bool whole) {
    for (const State& state : now_) {
      const Instruction& instruction = program_[state.at];
      if (instruction.step == Step::done) {
        if (whole && place_ != text_.size()) continue;
        return Match{state.begin, place_};
      }
      if (place_ < text_.size() && contains(sets_[instruction.a], character_.code)) {
        next_.push_back({state.at + 1, state.begin});
      }
    }
    return std::nullopt;
  }

  void advance() {
    place_ += character_.bytes;
    now_.clear();
    for (const State& state : next_) add(now_, state.at, state.begin);
  }

  const std::vector<Instruction>& program_;
  const std::vector<Set>& sets_;
  std::string_view text_;
  size_t place_ = 0;
  Character character_ = {};
  std::vector<State> now_, next_;
  std::vector<size_t> seen_;  // the place at which an instruction was added last
  std::vector<uint32_t> open_;
};

bool Pattern::matches(std::string_view text) const {
  return Machine(*this, text).run(0, true).has_value();
}

std::optional<Pattern::Match> Pattern::find(std::string_view text, size_t from) const {
  if (from > text.size()) return std::nullopt;
  return Machine(*this, text).run(from, false);
}

}  // namespace tenon
