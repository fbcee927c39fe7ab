// SPDX-License-Identifier: Apache-2.0
#include "tests/tokenizers/cases.h"
#include "tokenizer/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <span>

// usage: tokenizer_vectors DATA UNPACKED EXCEPTIONS [-v]
// Every text that comes with ids through the tokenizer they belong to: a line for each tokenizer,
// every difference that EXCEPTIONS does not explain, then how long one long text takes.
namespace tenon::text {
namespace {

// A name of a suite and the number of a case, or "*", then the reason.
using Exceptions = std::map<std::string, std::string, std::less<>>;

Exceptions read_exceptions(const char* path) {
  Exceptions exceptions;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const size_t end = line.find(' ', line.find(' ') + 1);
    exceptions.emplace(line.substr(0, end), line.substr(std::min(end, line.size())));
  }
  return exceptions;
}

bool is_exception(const Exceptions& exceptions, const Suite& suite, size_t number) {
  return exceptions.contains(fmt::format("{} {}", suite.name, number)) ||
         exceptions.contains(suite.name + " *");
}

// What is wrong with a case, or nothing.
std::string difference(const Tokenizer& tokenizer, const Case& test) {
  const auto ids = tokenizer.encode(test.text, test.options);
  if (!ids.ok()) return std::string(ids.status().message());
  if (*ids != test.ids) {
    return fmt::format("\"{}\"\n    gives    {}\n    expected {}", test.text, fmt::join(*ids, " "),
                       fmt::join(test.ids, " "));
  }
  if (!test.has_decoded) return {};
  std::string text = tokenizer.decode(std::span(test.ids).subspan(test.decode_from),
                                      {.special = test.decode_special});
  if (test.tidy) text = tidied(std::move(text));
  if (text == test.decoded) return {};
  return fmt::format("decodes to \"{}\"\n    expected   \"{}\"", text, test.decoded);
}

struct Total {
  size_t cases = 0;
  size_t passed = 0;
  size_t excused = 0;
  size_t failed = 0;
};

void run(const Suite& suite, const Exceptions& exceptions, bool verbose, Total& total) {
  Total own;
  for (size_t i = 0; i < suite.cases.size(); ++i) {
    const std::string wrong = difference(*suite.tokenizer, suite.cases[i]);
    const bool excused = !wrong.empty() && is_exception(exceptions, suite, i);
    ++own.cases;
    ++(wrong.empty() ? own.passed : excused ? own.excused : own.failed);
    if (!wrong.empty() && (!excused || verbose)) fmt::print("  {} {}: {}\n", suite.name, i, wrong);
  }
  fmt::print("{:44} {:5} of {:5}, {} explained ({})\n", suite.name, own.passed, own.cases,
             own.excused, suite.tokenizer->describe());
  total.cases += own.cases;
  total.passed += own.passed;
  total.excused += own.excused;
  total.failed += own.failed;
}

void time_long_text(const Suite& suite, const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto start = std::chrono::steady_clock::now();
  const auto ids = suite.tokenizer->encode(text, {.special = false});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const bool same = ids.ok() && suite.tokenizer->decode(*ids) == text;
  fmt::print("{}: {} bytes in {:.3f} s, {} tokens, {}\n", suite.name, text.size(), seconds.count(),
             ids.ok() ? ids->size() : 0, same ? "decoded equal" : "DECODED OTHERWISE");
}

int run(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: {} DATA UNPACKED EXCEPTIONS [-v]\n", argv[0]);
    return 2;
  }
  const Result<std::vector<Suite>> suites = read_suites({argv[1], argv[2]});
  if (!suites.ok()) {
    fmt::print("{}\n", suites.status().message());
    return 1;
  }
  const Exceptions exceptions = read_exceptions(argv[3]);
  Total total;
  for (const Suite& suite : *suites) run(suite, exceptions, argc > 4, total);
  for (const Suite& suite : *suites) {
    if (suite.name == "gguf-vocabs/gpt-2.lines" || suite.name == "stories260K/gguf") {
      time_long_text(suite, std::filesystem::path(argv[1]) / "media/tinyshakespeare.txt");
    }
  }
  fmt::print("{} tokenizers, {} cases, {} pass, {} explained, {} fail\n", suites->size(),
             total.cases, total.passed, total.excused, total.failed);
  return total.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tenon::text

int main(int argc, char** argv) { return tenon::text::run(argc, argv); }
