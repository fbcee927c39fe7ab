// SPDX-License-Identifier: Apache-2.0
// Runs the commands of a text file and compares what they print:
//
//   # a comment
//   needs data                     (first line, if at all: skipped without $TENON_TEST_DATA)
//   $ tenon run model.onnx         a command for the shell; $DATA, $MODELS and $TMP are folders
//   exit 1                         its exit code, when not 0
//   output                         what it prints on both streams, to the next empty line
//
// "..." inside a line stands for any text, a line of "..." alone for any lines.
#include <fmt/core.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Lines = std::vector<std::string>;
constexpr std::string_view any = "...";
constexpr int skipped = 77;

struct Step {
  size_t line = 0;
  std::string command;
  int exit = 0;
  Lines output;
};

bool line_matches(std::string_view line, std::string_view pattern) {
  const size_t dots = pattern.find(any);
  if (dots == std::string_view::npos) return line == pattern;
  if (!line.starts_with(pattern.substr(0, dots))) return false;
  line.remove_prefix(dots);
  pattern.remove_prefix(dots + any.size());
  for (size_t skip = 0; skip <= line.size(); ++skip) {
    if (line_matches(line.substr(skip), pattern)) return true;
  }
  return false;
}

bool lines_match(const Lines& lines, size_t line, const Lines& patterns, size_t pattern) {
  if (pattern == patterns.size()) return line == lines.size();
  if (patterns[pattern] == any) {
    for (size_t next = line; next <= lines.size(); ++next) {
      if (lines_match(lines, next, patterns, pattern + 1)) return true;
    }
    return false;
  }
  return line < lines.size() && line_matches(lines[line], patterns[pattern]) &&
         lines_match(lines, line + 1, patterns, pattern + 1);
}

std::vector<Step> read_steps(const Lines& text) {
  std::vector<Step> steps;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string& line = text[i];
    if (line.starts_with("$ ")) {
      steps.push_back({i + 1, line.substr(2), 0, {}});
      for (++i; i < text.size() && !text[i].empty(); ++i) {
        if (text[i].starts_with("exit ") && steps.back().output.empty()) {
          steps.back().exit = std::atoi(text[i].c_str() + 5);
        } else {
          steps.back().output.push_back(text[i]);
        }
      }
    }
  }
  return steps;
}

Lines read_lines(std::istream& stream) {
  Lines lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Prints what differs; whether the step went as written.
bool run_step(const Step& step, const std::string& file, const std::filesystem::path& scratch) {
  const auto printed = scratch / "printed";
  const std::string shell = fmt::format("cd '{0}' && ( {1}\n) > '{2}' 2>&1", scratch.string(),
                                        step.command, printed.string());
  const int status = std::system(shell.c_str());
  const int exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::ifstream stream(printed);
  Lines lines;
  for (std::string& line : read_lines(stream)) {
    if (!line.empty()) lines.push_back(std::move(line));
  }
  if (exit == step.exit && lines_match(lines, 0, step.output, 0)) return true;
  fmt::print("{}:{}: $ {}\nexit {}, expected {}\nprinted:\n", file, step.line, step.command, exit,
             step.exit);
  for (const std::string& line : lines) fmt::print("  {}\n", line);
  fmt::print("expected:\n");
  for (const std::string& line : step.output) fmt::print("  {}\n", line);
  return false;
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 2;
  std::ifstream stream(words[1]);
  const Lines text = read_lines(stream);
  const std::vector<Step> steps = read_steps(text);
  const char* repository = std::getenv("REPOSITORY");
  if (steps.empty() || repository == nullptr) {
    fmt::print("{}: no commands\n", words[1]);
    return 1;
  }
  const std::string models = fmt::format("{}/examples/models", repository);
  const char* given = std::getenv("TENON_TEST_DATA");
  const std::string data = given != nullptr ? given : fmt::format("{}/../shared/data", repository);
  if (text.front() == "needs data" && !std::filesystem::is_directory(data)) {
    fmt::print("skipped: needs the test data, which are not in {}\n", data);
    return skipped;
  }
  const auto scratch =
      std::filesystem::temp_directory_path() /
      fmt::format("tenon-{}-{}", std::filesystem::path(words[1]).stem().string(), getpid());
  std::filesystem::create_directories(scratch);
  setenv("PATH", fmt::format("{}:{}", words[2], std::getenv("PATH")).c_str(), 1);
  setenv("MODELS", models.c_str(), 1);
  setenv("DATA", data.c_str(), 1);
  setenv("TMP", scratch.c_str(), 1);
  setenv("LC_ALL", "C", 1);
  int failures = 0;
  for (const Step& step : steps) failures += run_step(step, words[1], scratch) ? 0 : 1;
  std::filesystem::remove_all(scratch);
  fmt::print("{} commands, {} not as written\n", steps.size(), failures);
  return failures == 0 ? 0 : 1;
}
