// SPDX-License-Identifier: Apache-2.0
// Reading patterns: the text of RE2 into the program that pattern.cpp runs.
#include "core/base/letters.h"
#include "core/base/pattern.h"
#include "core/base/pattern_sets.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tenon {
namespace {

using Set = Pattern::Set;

// The value of a hexadecimal digit, or 16.
char32_t digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<char32_t>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<char32_t>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<char32_t>(digit - 'A' + 10);
  return 16;
}

}  // namespace

using pattern_sets::all_but;
using pattern_sets::both_cases;
using pattern_sets::last_code;
using pattern_sets::named_by_letter;
using pattern_sets::named_by_word;
using pattern_sets::sorted;

// Writes the program while it reads; parts that repeat are copied.
class PatternCompiler {
 public:
  explicit PatternCompiler(std::string_view text) : text_(text) {}

  Result<Pattern> compile() {
    TENON_TRY(alternatives(0));
    if (at_ < text_.size()) return wrong("a ) without its (");
    emit(Step::done);
    return std::move(pattern_);
  }

 private:
  using Step = Pattern::Step;
  static constexpr size_t most_instructions = 20000;
  static constexpr int most_depth = 200;
  static constexpr int64_t most_repeats = 1000;
  static constexpr int64_t no_limit = -1;

  struct Flags {
    bool any_case = false;
    bool lines = false;    // ^ and $ at each line
    bool dot_all = false;  // . takes line ends too
    bool lazy = false;     // repetitions prefer few
  };

  template <class... A>
  Status wrong(fmt::format_string<A...> format, A&&... values) const {
    return invalid("pattern, byte {}: {}", at_, fmt::format(format, std::forward<A>(values)...));
  }
  bool more() const { return at_ < text_.size(); }
  bool next_is(std::string_view words) const { return text_.substr(at_).starts_with(words); }
  bool take(std::string_view words) {
    if (!next_is(words)) return false;
    at_ += words.size();
    return true;
  }
  char32_t take_character() {
    const Character character = character_at(text_, at_);
    at_ += character.bytes;
    return character.code;
  }

  std::vector<Pattern::Instruction>& program() { return pattern_.program_; }
  uint32_t here() { return static_cast<uint32_t>(program().size()); }
  void emit(Step step, uint32_t a = 0, uint32_t b = 0) { program().push_back({step, a, b}); }
  void emit(Set set) {
    if (flags_.any_case) set = both_cases(std::move(set));
    emit(Step::character, static_cast<uint32_t>(pattern_.sets_.size()));
    pattern_.sets_.push_back(sorted(std::move(set)));
  }
  // Room before `begin` for one more instruction: what follows moves on.
  void insert(uint32_t begin, Pattern::Instruction instruction) {
    program().insert(program().begin() + begin, instruction);
    for (uint32_t i = begin + 1; i < here(); ++i) shift(program()[i], begin, 1);
  }
  static void shift(Pattern::Instruction& instruction, uint32_t begin, uint32_t distance) {
    const bool leads = instruction.step == Step::either || instruction.step == Step::jump;
    if (leads && instruction.a >= begin) instruction.a += distance;
    if (instruction.step == Step::either && instruction.b >= begin) instruction.b += distance;
  }
  // a first, or b first where few are preferred.
  Pattern::Instruction choice(uint32_t a, uint32_t b, bool lazy) const {
    return {Step::either, lazy ? b : a, lazy ? a : b};
  }

  Status alternatives(int depth) {
    if (depth > most_depth) return wrong("more than {} groups inside each other", most_depth);
    const uint32_t begin = here();
    std::vector<uint32_t> jumps;
    uint32_t branch = begin;
    TENON_TRY(sequence(depth));
    while (take("|")) {
      jumps.push_back(here() + 1);
      insert(branch, {Step::either, branch + 1, here() + 2});
      emit(Step::jump);
      branch = here();
      TENON_TRY(sequence(depth));
      TENON_TRY(check_size());
    }
    // A jump that a later branch did not move still stands where it was written.
    for (const uint32_t jump : jumps) program()[jump].a = here();
    return {};
  }

  Status sequence(int depth) {
    while (more() && !next_is("|") && !next_is(")")) {
      const uint32_t begin = here();
      TENON_TRY(part(depth));
      TENON_TRY(repetition(begin));
      TENON_TRY(check_size());
    }
    return {};
  }

  Status check_size() {
    if (program().size() <= most_instructions) return {};
    return wrong("it needs more than {} instructions", most_instructions);
  }

  Status part(int depth) {
    if (take("(")) return group(depth);
    if (take("[")) return set_in_brackets();
    if (take("\\")) return escaped();
    if (take(".")) {
      emit(flags_.dot_all ? Set{{0, last_code}} : all_but({{'\n', '\n'}}));
    } else if (take("^")) {
      emit(flags_.lines ? Step::line_begin : Step::text_begin);
    } else if (take("$")) {
      emit(flags_.lines ? Step::line_end : Step::text_end);
    } else if (next_is("*") || next_is("+") || next_is("?")) {
      return wrong("nothing to repeat before {}", text_.substr(at_, 1));
    } else {
      const char32_t code = take_character();
      emit(Set{{code, code}});
    }
    return {};
  }

  Status group(int depth) {
    const Flags outside = flags_;
    if (take("?")) {
      if (take("P<") || (next_is("<") && !next_is("<=") && !next_is("<!") && take("<"))) {
        const size_t end = text_.find('>', at_);
        if (end == std::string_view::npos) return wrong("a name without its >");
        at_ = end + 1;
      } else {
        TENON_TRY_ASSIGN(const bool opens, read_flags());
        if (!opens) return {};  // (?i) holds to the end of the group around it
      }
    }
    TENON_TRY(alternatives(depth + 1));
    if (!take(")")) return wrong("a ( without its )");
    flags_ = outside;
    return {};
  }

  // i, m, s, U, after - off; whether a group follows.
  Result<bool> read_flags() {
    bool value = true;
    while (more()) {
      const char32_t letter = take_character();
      switch (letter) {
        case 'i':
          flags_.any_case = value;
          break;
        case 'm':
          flags_.lines = value;
          break;
        case 's':
          flags_.dot_all = value;
          break;
        case 'U':
          flags_.lazy = value;
          break;
        case '-':
          value = false;
          break;
        case ':':
          return true;
        case ')':
          return false;
        default:
          return wrong("a group (?{} that is not known", text_.substr(at_ - 1, 1));
      }
    }
    return wrong("a ( without its )");
  }

  // *, +, ?, {n}, {n,}, {n,m} behind the part that begins at `begin`.
  Status repetition(uint32_t begin) {
    while (more()) {
      int64_t least = 0, most = no_limit;
      if (take("+")) {
        least = 1;
      } else if (take("?")) {
        most = 1;
      } else if (!take("*")) {
        TENON_TRY_ASSIGN(const bool counted, read_count(least, most));
        if (!counted) return {};
      }
      const bool few = take("?");
      TENON_TRY(repeat(begin, least, most, few != flags_.lazy));
    }
    return {};
  }

  std::optional<int64_t> number() {
    const size_t begin = at_;
    int64_t value = 0;
    while (more() && text_[at_] >= '0' && text_[at_] <= '9') {
      value = std::min(value * 10 + (text_[at_] - '0'), most_repeats + 1);
      ++at_;
    }
    if (at_ == begin) return std::nullopt;
    return value;
  }

  // False when what stands here is no count: a { is then a character.
  Result<bool> read_count(int64_t& least, int64_t& most) {
    const size_t begin = at_;
    if (!take("{")) return false;
    const std::optional<int64_t> first = number();
    if (!first) {
      at_ = begin;
      return false;
    }
    least = *first;
    most = least;
    if (take(",")) most = number().value_or(no_limit);
    if (!take("}")) {
      at_ = begin;
      return false;
    }
    if (least > most_repeats || most > most_repeats || (most != no_limit && most < least)) {
      return wrong("a count beyond {} or from more to less", most_repeats);
    }
    return true;
  }

  // Copies of the part: `least` that must be there, then those that may.
  Status repeat(uint32_t begin, int64_t least, int64_t most, bool lazy) {
    const std::vector<Pattern::Instruction> part(program().begin() + begin, program().end());
    const int64_t copies = most == no_limit ? std::max<int64_t>(least, 1) : most;
    if (part.size() * static_cast<size_t>(copies) + program().size() > most_instructions) {
      return wrong("it needs more than {} instructions", most_instructions);
    }
    program().resize(begin);
    const auto copy = [&] {
      const uint32_t distance = here() - begin;
      for (Pattern::Instruction instruction : part) {
        shift(instruction, begin, distance);
        program().push_back(instruction);
      }
    };
    const auto length = static_cast<uint32_t>(part.size());
    uint32_t last = begin;
    for (int64_t i = 0; i < least; ++i) {
      last = here();
      copy();
    }
    if (most == no_limit && least > 0) {
      program().push_back(choice(last, here() + 1, lazy));
    } else if (most == no_limit) {
      program().push_back(choice(here() + 1, here() + length + 2, lazy));
      copy();
      emit(Step::jump, begin);
    } else {
      const auto left = static_cast<uint32_t>(most - least);
      const uint32_t end = here() + left * (length + 1);
      for (uint32_t i = 0; i < left; ++i) {
        program().push_back(choice(here() + 1, end, lazy));
        copy();
      }
    }
    return {};
  }

  Status escaped() {
    if (!more()) return wrong("a \\ at the end");
    constexpr std::pair<std::string_view, Step> places[] = {{"A", Step::text_begin},
                                                            {"z", Step::text_end},
                                                            {"b", Step::word_edge},
                                                            {"B", Step::no_word_edge}};
    for (const auto& [letter, step] : places) {
      if (!take(letter)) continue;
      emit(step);
      return {};
    }
    if (take("Q")) {
      quoted();
      return {};
    }
    TENON_TRY_ASSIGN(Set set, escaped_set());
    emit(std::move(set));
    return {};
  }

  void quoted() {
    while (more() && !take("\\E")) {
      const char32_t code = take_character();
      emit(Set{{code, code}});
    }
  }

  // What stands behind a backslash: a class or one character.
  Result<Set> escaped_set() {
    if (!more()) return wrong("a \\ at the end");
    if (next_is("p") || next_is("P")) {
      return unsupported("pattern, byte {}: classes of Unicode", at_);
    }
    const char32_t letter = take_character();
    if (std::optional<Set> named = named_by_letter(letter)) return std::move(*named);
    TENON_TRY_ASSIGN(const char32_t code, escaped_character(letter));
    return Set{{code, code}};
  }

  Result<char32_t> escaped_character(char32_t letter) {
    constexpr std::pair<char, char> controls[] = {{'a', '\a'}, {'f', '\f'}, {'n', '\n'},
                                                  {'r', '\r'}, {'t', '\t'}, {'v', '\v'}};
    for (const auto& [name, code] : controls) {
      if (letter == static_cast<char32_t>(name)) return static_cast<char32_t>(code);
    }
    if (letter == 'x') return hexadecimal();
    if (letter == '0') return char32_t{0};
    const bool is_word = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                         (letter >= 'A' && letter <= 'Z');
    if (is_word) return wrong("\\{} is not known", text_.substr(at_ - 1, 1));
    return letter;
  }

  Result<char32_t> hexadecimal() {
    const bool braces = take("{");
    char32_t code = 0;
    size_t digits = 0;
    for (; more() && digits < (braces ? 6u : 2u); ++digits, ++at_) {
      const char32_t value = digit_value(text_[at_]);
      if (value == 16) break;
      code = code * 16 + value;
    }
    const bool closed = !braces || take("}");
    if (digits == 0 || (!braces && digits != 2) || !closed || code > last_code) {
      return wrong("\\x without two digits or a code point in braces");
    }
    return code;
  }

  Status set_in_brackets() {
    const bool inverted = take("^");
    Set set;
    bool first = true;
    while (first || !take("]")) {
      if (!more()) return wrong("a [ without its ]");
      TENON_TRY(set_part(set));
      first = false;
    }
    if (flags_.any_case) set = both_cases(std::move(set));
    emit(inverted ? all_but(set) : std::move(set));
    return {};
  }

  Status set_part(Set& set) {
    if (take("[:")) {
      const size_t end = text_.find(":]", at_);
      if (end == std::string_view::npos) return wrong("a [: without its :]");
      const bool inverted = take("^");
      const std::optional<Set> named = named_by_word(text_.substr(at_, end - at_));
      if (!named) return wrong("a class that is not known");
      at_ = end + 2;
      const Set given = inverted ? all_but(*named) : *named;
      set.insert(set.end(), given.begin(), given.end());
      return {};
    }
    TENON_TRY_ASSIGN(const Set low, set_end());
    const bool single = low.size() == 1 && low[0].first == low[0].last;
    const bool is_range = next_is("-") && !next_is("-]") && at_ + 1 < text_.size();
    if (!single || !is_range) {
      set.insert(set.end(), low.begin(), low.end());
      return {};
    }
    take("-");
    TENON_TRY_ASSIGN(const Set high, set_end());
    if (high.size() != 1 || high[0].first != high[0].last || high[0].first < low[0].first) {
      return wrong("a range that ends before it begins");
    }
    set.push_back({low[0].first, high[0].first});
    return {};
  }

  Result<Set> set_end() {
    if (take("\\")) return escaped_set();
    const char32_t code = take_character();
    return Set{{code, code}};
  }

  std::string_view text_;
  size_t at_ = 0;
  Flags flags_;
  Pattern pattern_;
};

Result<Pattern> Pattern::compile(std::string_view pattern) {
  return PatternCompiler(pattern).compile();
}

}  // namespace tenon
