// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/ptx.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tenon::testing {
namespace {

using namespace ptx;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(at);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<uint64_t> number(std::string_view text, int base) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// 12, -1, 0x1F, 0f3F800000, 0d3FF0000000000000.
std::optional<uint64_t> immediate(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0f") || text.starts_with("0d")) {
    return number(text.substr(2), 16);
  }
  if (text.starts_with("-")) {
    const std::optional<uint64_t> magnitude = number(text.substr(1), 10);
    return magnitude ? std::optional(uint64_t{0} - *magnitude) : std::nullopt;
  }
  return number(text, 10);
}

std::optional<Type> type_named(std::string_view word) {
  if (word == "pred") return Type{Kind::predicate, 1};
  if (word.size() < 2) return std::nullopt;
  const std::optional<uint64_t> width = number(word.substr(1), 10);
  if (!width || (*width != 8 && *width != 16 && *width != 32 && *width != 64)) return std::nullopt;
  const auto bits = static_cast<uint8_t>(*width);
  switch (word[0]) {
    case 'b':
      return Type{Kind::bits, bits};
    case 'u':
      return Type{Kind::unsigned_, bits};
    case 's':
      return Type{Kind::signed_, bits};
    case 'f':
      return bits >= 16 ? std::optional(Type{Kind::real, bits}) : std::nullopt;
    default:
      return std::nullopt;
  }
}

struct Named {
  std::string_view word;
  Operation operation;
  uint32_t operands;
};
constexpr Named operations[] = {
    {"abs", Operation::abs, 2},   {"add", Operation::add, 3},  {"and", Operation::and_, 3},
    {"bar", Operation::bar, 1},   {"bra", Operation::bra, 1},  {"cvt", Operation::cvt, 2},
    {"cvta", Operation::cvta, 2}, {"div", Operation::div, 3},  {"fma", Operation::fma, 4},
    {"ld", Operation::ld, 2},     {"mad", Operation::mad, 4},  {"max", Operation::max, 3},
    {"min", Operation::min, 3},   {"mov", Operation::mov, 2},  {"mul", Operation::mul, 3},
    {"neg", Operation::neg, 2},   {"not", Operation::not_, 2}, {"or", Operation::or_, 3},
    {"rem", Operation::rem, 3},   {"ret", Operation::ret, 0},  {"selp", Operation::selp, 4},
    {"setp", Operation::setp, 3}, {"shl", Operation::shl, 3},  {"shr", Operation::shr, 3},
    {"sqrt", Operation::sqrt, 2}, {"st", Operation::st, 2},    {"sub", Operation::sub, 3},
    {"xor", Operation::xor_, 3},
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Status run(std::map<std::string, Entry, std::less<>>& entries) {
    while (next()) {
      if (line_.starts_with(".version") || line_.starts_with(".target") ||
          line_.starts_with(".address_size")) {
        continue;
      }
      TENON_TRY(signature());
      TENON_TRY(body());
      std::string name = entry_.name;
      if (!entries.emplace(std::move(name), std::move(entry_)).second)
        return fail("entry of a name that was before");
    }
    return {};
  }

 private:
  // The next line that says something.
  bool next() {
    while (!text_.empty()) {
      const size_t end = text_.find('\n');
      line_ = trimmed(text_.substr(0, end));
      text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
      ++number_;
      if (!line_.empty()) return true;
    }
    return false;
  }

  Status fail(std::string_view what) const {
    return invalid("ptx line {}: {}: {}", number_, what, line_);
  }

  Status signature() {
    constexpr std::string_view opening = ".visible .entry ";
    entry_ = {};
    registers_.clear();
    parameters_.clear();
    symbols_.clear();
    constexpr std::string_view special[] = {"%tid.x",   "%tid.y",   "%tid.z",
                                            "%ctaid.x", "%ctaid.y", "%ctaid.z"};
    for (uint32_t i = 0; i < special_registers; ++i) registers_.emplace(special[i], i);
    if (!line_.starts_with(opening) || !line_.ends_with('(')) return fail("expected an entry");
    entry_.name = line_.substr(opening.size(), line_.size() - opening.size() - 1);
    while (next() && line_ != ")") {
      if (line_.ends_with(',')) line_.remove_suffix(1);
      const std::vector<std::string_view> words = split(line_, ' ');
      if (words.size() != 3 || words[0] != ".param") return fail("expected a parameter");
      const std::optional<Type> type = type_named(words[1].substr(1));
      if (!type) return fail("parameter of unknown type");
      parameters_.emplace(words[2], parameters_.size());
      entry_.parameters.push_back(*type);
    }
    if (!next() || !line_.starts_with(".reqntid ")) return fail("expected .reqntid");
    const std::vector<std::string_view> sizes = split(line_.substr(9), ',');
    if (sizes.size() != 3) return fail("expected three sizes");
    for (size_t axis = 0; axis < 3; ++axis) {
      const std::optional<uint64_t> size = number(sizes[axis], 10);
      if (!size || *size == 0 || *size > 1024) return fail("size of a work-group");
      entry_.group[axis] = static_cast<uint32_t>(*size);
    }
    return next() && line_ == "{" ? Status() : fail("expected {");
  }

  Status body() {
    std::map<std::string, uint32_t, std::less<>> labels;
    std::vector<std::pair<size_t, std::string>> jumps;
    while (next() && line_ != "}") {
      if (line_.ends_with(':')) {
        const auto here = static_cast<uint32_t>(entry_.code.size());
        if (!labels.emplace(line_.substr(0, line_.size() - 1), here).second)
          return fail("label that was before");
        continue;
      }
      if (!line_.ends_with(';')) return fail("expected a semicolon");
      line_.remove_suffix(1);
      if (line_.starts_with(".reg ")) {
        TENON_TRY(declare_registers());
      } else if (line_.starts_with(".shared ")) {
        TENON_TRY(declare_shared());
      } else {
        TENON_TRY(instruction());
        const Instruction& made = entry_.code.back();
        if (made.operation == Operation::bra) jumps.emplace_back(entry_.code.size() - 1, target_);
      }
    }
    for (const auto& [at, name] : jumps) {
      const auto found = labels.find(name);
      if (found == labels.end()) return fail("jump to a label that is not there");
      entry_.code[at].target = found->second;
    }
    return {};
  }

  // .reg .b32 %r<40>
  Status declare_registers() {
    const size_t open = line_.find('<');
    const size_t percent = line_.find('%');
    if (open == std::string_view::npos || percent == std::string_view::npos || open < percent ||
        !line_.ends_with('>')) {
      return fail("expected registers");
    }
    const std::string_view name = line_.substr(percent, open - percent);
    const std::optional<uint64_t> count =
        number(line_.substr(open + 1, line_.size() - open - 2), 10);
    if (!count || *count > 1000000) return fail("count of registers");
    families_[std::string(name)] = *count;
    return {};
  }

  // .shared .align 8 .b8 shared3[1024]
  Status declare_shared() {
    constexpr std::string_view opening = ".shared .align 8 .b8 ";
    const size_t open = line_.find('[');
    if (!line_.starts_with(opening) || open == std::string_view::npos || !line_.ends_with(']'))
      return fail("expected shared memory");
    const std::optional<uint64_t> bytes =
        number(line_.substr(open + 1, line_.size() - open - 2), 10);
    if (!bytes) return fail("size of shared memory");
    symbols_.emplace(line_.substr(opening.size(), open - opening.size()), entry_.shared_bytes);
    entry_.shared_bytes += (*bytes + 7) / 8 * 8;
    return {};
  }

  // Registers of declared families are numbered as they are met.
  std::optional<int32_t> register_named(std::string_view name) {
    if (const auto found = registers_.find(name); found != registers_.end())
      return static_cast<int32_t>(found->second);
    const size_t digits = name.find_first_of("0123456789");
    const auto family = families_.find(name.substr(0, digits));
    if (digits == std::string_view::npos || family == families_.end()) return std::nullopt;
    const std::optional<uint64_t> index = number(name.substr(digits), 10);
    if (!index || *index >= family->second) return std::nullopt;
    const uint32_t made = entry_.registers++;
    registers_.emplace(name, made);
    return static_cast<int32_t>(made);
  }

  Status operand(std::string_view text, Operand& to) {
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    if (text.starts_with('%')) {
      const std::optional<int32_t> found = register_named(text);
      if (!found) return fail("register that is not declared");
      to.register_ = *found;
      return {};
    }
    if (const auto found = parameters_.find(text); found != parameters_.end()) {
      to.number = found->second;
      return {};
    }
    if (const auto found = symbols_.find(text); found != symbols_.end()) {
      to.number = found->second;
      return {};
    }
    const std::optional<uint64_t> value = immediate(text);
    if (!value) return fail("operand that is not understood");
    to.number = *value;
    return {};
  }

  Status instruction() {
    Instruction made;
    made.line = number_;
    std::string_view rest = line_;
    if (rest.starts_with('@')) {
      rest.remove_prefix(1);
      made.is_guard_negated = rest.starts_with('!');
      if (made.is_guard_negated) rest.remove_prefix(1);
      const size_t end = rest.find(' ');
      Operand guard;
      TENON_TRY(operand(rest.substr(0, end), guard));
      made.guard = guard.register_;
      rest = trimmed(rest.substr(end));
    }
    const size_t space = rest.find(' ');
    const std::vector<std::string_view> words = split(rest.substr(0, space), '.');
    const auto named = std::ranges::find(operations, words[0], &Named::word);
    if (named == std::end(operations)) return fail("unknown instruction");
    made.operation = named->operation;
    TENON_TRY(modifiers(words, made));
    std::vector<std::string_view> operands;
    if (space != std::string_view::npos) operands = split(rest.substr(space), ',');
    if (operands.size() != named->operands) return fail("other number of operands");
    if (made.operation == Operation::bra) {
      target_ = operands[0];
    } else {
      for (size_t i = 0; i < operands.size(); ++i)
        TENON_TRY(operand(operands[i], made.operands[i]));
      made.count = static_cast<uint32_t>(operands.size());
    }
    entry_.code.push_back(made);
    return {};
  }

  Status modifiers(const std::vector<std::string_view>& words, Instruction& made) const {
    size_t types = 0;
    for (size_t i = 1; i < words.size(); ++i) {
      const std::string_view word = words[i];
      if (const std::optional<Type> type = type_named(word)) {
        (types++ == 0 ? made.type : made.from) = *type;
      } else if (word == "param" || word == "global" || word == "shared") {
        made.space = word == "param"    ? Space::param
                     : word == "global" ? Space::global
                                        : Space::shared;
      } else if (word == "rn" || word == "rni") {
        made.rounding = Rounding::nearest;
      } else if (word == "rmi" || word == "rpi" || word == "rzi") {
        made.rounding = word == "rmi"   ? Rounding::down
                        : word == "rpi" ? Rounding::up
                                        : Rounding::zero;
      } else if (word == "lt" || word == "le" || word == "eq" || word == "ge" || word == "ne") {
        made.comparison = word == "lt"   ? Comparison::lt
                          : word == "le" ? Comparison::le
                          : word == "eq" ? Comparison::eq
                          : word == "ge" ? Comparison::ge
                                         : Comparison::ne;
      } else if (word == "wide") {
        made.is_wide = true;
      } else if (word != "lo" && word != "to" && word != "sync") {
        return fail("unknown modifier");
      }
    }
    return {};
  }

  std::string_view text_;
  std::string_view line_;
  uint32_t number_ = 0;
  Entry entry_;
  std::string target_;
  std::map<std::string, uint32_t, std::less<>> registers_;
  std::map<std::string, uint64_t, std::less<>> families_;
  std::map<std::string, uint64_t, std::less<>> parameters_;
  std::map<std::string, uint64_t, std::less<>> symbols_;
};

}  // namespace

Result<PtxModule> PtxModule::parse(std::string_view text) {
  PtxModule module;
  TENON_TRY(Reader(text).run(module.entries_));
  return module;
}

}  // namespace tenon::testing
