// SPDX-License-Identifier: Apache-2.0
#include "quant_check.h"
#include "tenon/quant_format.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tenon {
namespace {

constexpr size_t most_bytes = size_t{1} << 20;
constexpr size_t most_formats = 256;
constexpr size_t most_lines = 64;
constexpr size_t most_numbers = size_t{1} << 16;  // of a table
constexpr size_t most_tables = 32;
constexpr size_t most_tensors = 12;
constexpr int64_t most_block = 1 << 16;
constexpr size_t most_digits = 10;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(std::string_view word) {
  return !word.empty() && is_letter(word.front()) &&
         std::ranges::all_of(word, [](char c) { return is_letter(c) || is_digit(c); });
}

// Comments become spaces, so that places stay.
std::string without_comments(std::string_view text) {
  std::string result(text);
  bool comment = false;
  for (char& c : result) {
    if (c == '\n') comment = false;
    if (c == '#') comment = true;
    if (comment) c = ' ';
  }
  return result;
}

// Words and signs of a part of the text.
class Scanner {
 public:
  Scanner(std::string_view text, size_t begin, size_t end) : text_(text), at_(begin), end_(end) {}

  size_t at() {
    while (at_ < end_ && is_space(text_[at_])) ++at_;
    return at_;
  }
  bool done() { return at() == end_; }

  // Everything up to a space or one of the signs.
  std::string_view word(std::string_view signs = ",?=!") {
    const size_t begin = at();
    while (at_ < end_ && !is_space(text_[at_]) && signs.find(text_[at_]) == signs.npos) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool take(std::string_view sign) {
    if (!text_.substr(at(), end_ - at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }

  // Whether the word comes next; it is taken then.
  bool take_word(std::string_view wanted) {
    const size_t before = at();
    if (word() == wanted) return true;
    at_ = before;
    return false;
  }

  Result<std::string> name(std::string_view what) {
    const size_t begin = at();
    const std::string_view found = word(",?=![](:+-*/");
    if (is_name(found)) return std::string(found);
    at_ = begin;
    return wrong(what);
  }

  Result<int64_t> integer(std::string_view what, int64_t least, int64_t most) {
    const size_t begin = at();
    const std::string_view digits = word();
    int64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
    if (whole && value >= least && value <= most) return value;
    at_ = begin;
    return wrong(fmt::format("{}, a number from {} to {}", what, least, most));
  }

  Result<double> number() {
    const size_t begin = at();
    const std::string_view digits = word();
    double value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
    if (whole && std::isfinite(value)) return value;
    at_ = begin;
    return wrong("a number");
  }

  Status wrong(std::string_view expected) {
    const size_t begin = at();
    const std::string found(word(""));
    at_ = begin;
    return invalid("{}: found {}, expected {}", where(begin),
                   found.empty() ? "the end" : fmt::format("\"{}\"", found.substr(0, 40)),
                   expected);
  }

  ExprPlace place(size_t at) const {
    const std::string_view before = text_.substr(0, at);
    const size_t line_end = before.rfind('\n');
    return {1 + std::ranges::count(before, '\n'),
            static_cast<int64_t>(line_end == before.npos ? at + 1 : at - line_end)};
  }
  std::string where(size_t at) const {
    const ExprPlace found = place(at);
    return fmt::format("line {} column {}", found.line, found.column);
  }

 private:
  std::string_view text_;
  size_t at_;
  size_t end_;
};

struct Statement {
  size_t begin = 0;
  size_t end = 0;
  std::string_view keyword;  // empty: name = expression
};

// A statement begins on a line of its own with a keyword or with `name =`; other lines go on with
// the one before.
std::vector<Statement> statements(std::string_view text) {
  std::vector<Statement> found;
  for (size_t line = 0; line < text.size();) {
    const size_t end = std::min(text.find('\n', line), text.size());
    Scanner scanner(text, line, end);
    const size_t begin = scanner.at();
    const std::string_view word = scanner.word(",?=![](:+-*/");
    const bool keyword = word == "format" || word == "table" || word == "option" ||
                         word == "when" || word == "settings";
    const bool defines = is_name(word) && scanner.take("=") && !scanner.take("=");
    if (begin < end) {
      if (keyword && !defines) {
        found.push_back({begin, end, word});
      } else if (defines || found.empty()) {
        found.push_back({begin, end, {}});
      }
      found.back().end = end;
    }
    line = end + 1;
  }
  return found;
}

DType smallest_dtype(const std::vector<double>& values) {
  double low = 0, high = 0;
  for (const double value : values) {
    if (value != std::trunc(value)) return DType::f32;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low >= INT8_MIN && high <= INT8_MAX) return DType::i8;
  if (low >= INT16_MIN && high <= INT16_MAX) return DType::i16;
  return low >= INT32_MIN && high <= INT32_MAX ? DType::i32 : DType::f32;
}

class FileParser {
 public:
  FileParser(std::string_view text, std::span<const QuantTable> tables, bool checked)
      : text_(text), tables_(tables.begin(), tables.end()), checked_(checked) {}

  Result<std::vector<QuantFormat>> parse() {
    const std::vector<Statement> found = statements(text_);
    // Tables may stand behind the formats that use them.
    for (const Statement& statement : found) {
      if (statement.keyword == "table") TENON_TRY(table(statement));
    }
    for (const Statement& statement : found) {
      if (statement.keyword != "table") TENON_TRY(part(statement));
    }
    TENON_TRY(finish());
    return std::move(formats_);
  }

 private:
  Status part(const Statement& statement) {
    Scanner scanner(text_, statement.begin, statement.end);
    if (statement.keyword == "format") return format(scanner, statement);
    if (formats_.empty()) return scanner.wrong("\"format\" or \"table\"");
    formats_.back().code += trimmed(statement) + '\n';
    if (statement.keyword == "option") return option(scanner);
    if (statement.keyword == "when") return condition(scanner);
    if (statement.keyword == "settings") return settings(scanner);
    return line(scanner, statement);
  }

  std::string trimmed(const Statement& statement) const {
    std::string_view text = text_.substr(statement.begin, statement.end - statement.begin);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return std::string(text);
  }

  Status table(const Statement& statement) {
    Scanner scanner(text_, statement.begin, statement.end);
    scanner.word();
    QuantTable made;
    TENON_TRY_ASSIGN(made.name, scanner.name("the name of a table"));
    if (tables_.size() == most_tables) {
      return invalid("{}: more than {} tables", scanner.where(statement.begin), most_tables);
    }
    for (const QuantTable& other : tables_) {
      if (other.name == made.name) {
        return invalid("{}: table \"{}\" stands here twice", scanner.where(statement.begin),
                       made.name);
      }
    }
    std::vector<double> alphabet;
    const bool digits = scanner.take_word("of");
    while (digits && !scanner.done() && alphabet.size() <= most_digits && !scanner.take("=")) {
      TENON_TRY_ASSIGN(alphabet.emplace_back(), scanner.number());
    }
    if (digits) {
      if (alphabet.empty() || alphabet.size() > most_digits) {
        return scanner.wrong(fmt::format("1 to {} numbers and \"=\"", most_digits));
      }
      TENON_TRY(grid(scanner, alphabet, made));
    } else {
      if (!scanner.take("=")) return scanner.wrong("\"=\" or \"of\"");
      while (!scanner.done()) {
        if (made.values.size() == most_numbers) return too_long(scanner);
        TENON_TRY_ASSIGN(made.values.emplace_back(), scanner.number());
      }
      made.dims = {static_cast<int64_t>(made.values.size())};
    }
    if (made.values.empty()) return scanner.wrong("numbers");
    made.dtype = smallest_dtype(made.values);
    tables_.push_back(std::move(made));
    return {};
  }

  // Rows of digits, each of which stands for a number of the alphabet.
  static Status grid(Scanner& scanner, const std::vector<double>& alphabet, QuantTable& made) {
    size_t length = 0, rows = 0;
    for (; !scanner.done(); ++rows) {
      const size_t at = scanner.at();
      const std::string_view row = scanner.word("");
      if (rows == 0) length = row.size();
      if (row.size() != length) {
        return invalid("{}: a row of {} digits, expected {} as in the first", scanner.where(at),
                       row.size(), length);
      }
      if (made.values.size() + length > most_numbers) return too_long(scanner);
      for (const char c : row) {
        const auto digit = static_cast<size_t>(c - '0');
        if (!is_digit(c) || digit >= alphabet.size()) {
          return invalid("{}: \"{}\" in a row of digits from 0 to {}", scanner.where(at),
                         is_letter(c) || is_digit(c) ? std::string(1, c) : "a sign",
                         alphabet.size() - 1);
        }
        made.values.push_back(alphabet[digit]);
      }
    }
    made.dims = {static_cast<int64_t>(rows), static_cast<int64_t>(length)};
    return {};
  }

  static Status too_long(Scanner& scanner) {
    return invalid("{}: a table of more than {} numbers", scanner.where(scanner.at()),
                   most_numbers);
  }

  Status format(Scanner& scanner, const Statement& statement) {
    TENON_TRY(finish());
    if (formats_.size() == most_formats) {
      return invalid("{}: more than {} formats", scanner.where(statement.begin), most_formats);
    }
    QuantFormat made;
    scanner.word();
    const size_t at = scanner.at();
    made.name = scanner.word();
    const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; };
    if (made.name.empty() || made.name.size() > 64 || !std::ranges::all_of(made.name, allowed)) {
      return invalid(
          "{}: expected the name of a format, of letters, digits, \"_\", \".\" and "
          "\"-\"",
          scanner.where(at));
    }
    for (const QuantFormat& other : formats_) {
      if (other.name == made.name) {
        return invalid("{}: format \"{}\" stands here twice", scanner.where(at), made.name);
      }
    }
    if (scanner.take_word("block")) {
      TENON_TRY_ASSIGN(made.block, scanner.integer("weights of a block", 1, most_block));
      if (!scanner.take_word("bytes")) return scanner.wrong("\"bytes\"");
      TENON_TRY_ASSIGN(made.bytes, scanner.integer("bytes of a block", 1, most_block));
      made.tensors = {{"blocks", "", false}};
    } else if (scanner.take_word("of")) {
      TENON_TRY(tensors(scanner, made));
    } else {
      return scanner.wrong("\"block\" or \"of\"");
    }
    if (!scanner.done()) return scanner.wrong("the end of the line");
    made.tables = tables_;
    made.code = trimmed(statement) + '\n';
    begin_ = statement.begin;
    formats_.push_back(std::move(made));
    return {};
  }

  // a, b.c as d, e?
  static Status tensors(Scanner& scanner, QuantFormat& made) {
    do {
      if (made.tensors.size() == most_tensors) {
        return scanner.wrong(fmt::format("at most {} tensors", most_tensors));
      }
      QuantTensor tensor;
      const size_t at = scanner.at();
      tensor.suffix = tensor.name = scanner.word();
      if (scanner.take_word("as")) {
        TENON_TRY_ASSIGN(tensor.name, scanner.name("a name"));
      }
      tensor.optional = scanner.take("?");
      if (!is_name(tensor.name)) {
        return invalid("{}: \"{}\" is no name for formulas, add \"as\" and one", scanner.where(at),
                       tensor.name);
      }
      made.tensors.push_back(std::move(tensor));
    } while (scanner.take(","));
    return {};
  }

  // option name = path ?? path ?? number
  Status option(Scanner& scanner) {
    scanner.word();
    QuantOption made;
    TENON_TRY_ASSIGN(made.name, scanner.name("the name of an option"));
    if (!scanner.take("=")) return scanner.wrong("\"=\"");
    do {
      const size_t at = scanner.at();
      const std::string path(scanner.word("?"));
      if (path.empty()) return scanner.wrong("a path or a number");
      if (is_letter(path.front())) {
        made.paths.push_back(path);
        continue;
      }
      Scanner number(text_, at, at + path.size());
      TENON_TRY_ASSIGN(made.otherwise, number.number());
      break;
    } while (scanner.take("??"));
    if (!scanner.done()) return scanner.wrong("\"?\?\" or the end of the line");
    formats_.back().options.push_back(std::move(made));
    return formats_.back().options.size() > most_lines ? scanner.wrong("fewer options") : Status();
  }

  // settings suffix, suffix
  Status settings(Scanner& scanner) {
    scanner.word();
    do {
      const std::string_view suffix = scanner.word();
      if (suffix.empty()) return scanner.wrong("what the name of a tensor ends in");
      formats_.back().settings.emplace_back(suffix);
    } while (scanner.take(",") && formats_.back().settings.size() < most_lines);
    return scanner.done() ? Status() : scanner.wrong("the end of the line");
  }

  // when path = word, when path != word
  Status condition(Scanner& scanner) {
    scanner.word();
    QuantCondition made;
    made.path = scanner.word("=!");
    if (made.path.empty()) return scanner.wrong("a path");
    made.equal = !scanner.take("!");
    if (!scanner.take("=")) return scanner.wrong("\"=\" or \"!=\"");
    made.value = scanner.word("");
    if (made.value.empty() || !scanner.done()) return scanner.wrong("one word");
    formats_.back().conditions.push_back(std::move(made));
    return formats_.back().conditions.size() > most_lines ? scanner.wrong("fewer conditions")
                                                          : Status();
  }

  Status line(Scanner& scanner, const Statement& statement) {
    QuantLine made;
    const size_t at = scanner.at();
    TENON_TRY_ASSIGN(made.name, scanner.name("\"name =\""));
    if (!scanner.take("=")) return scanner.wrong("\"=\"");
    const size_t begin = scanner.at();
    made.place = scanner.place(begin);
    made.text = text_.substr(begin, statement.end - begin);
    QuantFormat& format = formats_.back();
    for (const QuantLine& other : format.lines) {
      if (other.name == made.name) {
        return invalid("{}: \"{}\" stands here twice", scanner.where(at), made.name);
      }
    }
    if (format.lines.size() == most_lines) {
      return invalid("{}: more than {} lines", scanner.where(at), most_lines);
    }
    format.lines.push_back(std::move(made));
    return {};
  }

  // Of the format that ends here.
  Status finish() {
    if (formats_.empty()) return {};
    QuantFormat& format = formats_.back();
    if (!checked_) {
      std::erase_if(format.tables, [&](const QuantTable& table) { return !uses(format, table); });
    }
    const Status status = checked_ ? Status() : check_quant_format(format);
    if (status.ok() || status.message().starts_with("line ")) return status;
    return status.at(Scanner(text_, 0, text_.size()).where(begin_));
  }

  static bool uses(const QuantFormat& format, const QuantTable& table) {
    const auto named = [&](const QuantLine& line) {
      for (size_t at = 0; (at = line.text.find(table.name, at)) != std::string::npos; ++at) {
        const size_t end = at + table.name.size();
        const auto part_of_word = [&](size_t i) {
          return i < line.text.size() && (is_letter(line.text[i]) || is_digit(line.text[i]));
        };
        if ((at == 0 || !part_of_word(at - 1)) && !part_of_word(end)) return true;
      }
      return false;
    };
    return std::ranges::any_of(format.lines, named);
  }

  std::string_view text_;
  std::vector<QuantTable> tables_;
  std::vector<QuantFormat> formats_;
  bool checked_;      // before, when the file was read
  size_t begin_ = 0;  // of the last format
};

}  // namespace

int64_t QuantTable::elements() const {
  int64_t product = 1;
  for (const int64_t dim : dims) product *= dim;
  return product;
}

Result<std::vector<QuantFormat>> parse_quant_formats(std::string_view text) {
  if (text.size() > most_bytes) {
    return invalid("{} bytes, expected at most {}", text.size(), most_bytes);
  }
  return FileParser(without_comments(text), {}, false).parse();
}

Result<QuantFormat> parse_quant_code(std::string_view code, std::span<const QuantTable> tables) {
  if (code.size() > most_bytes) {
    return invalid("{} bytes, expected at most {}", code.size(), most_bytes);
  }
  TENON_TRY_ASSIGN(std::vector<QuantFormat> formats, FileParser(code, tables, true).parse());
  if (formats.size() != 1) return invalid("{} formats, expected one", formats.size());
  return std::move(formats.front());
}

}  // namespace tenon
