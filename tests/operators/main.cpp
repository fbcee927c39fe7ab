// SPDX-License-Identifier: Apache-2.0
// operators_page write PAGE [VERDICTS ROOT]...: writes the page; without verdicts its numbers of
// tests stay. operators_page check PAGE: exit 1 when the page differs from what would be written.
#include "tests/operators/page.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>

namespace tenon::operators_page {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Result<std::unique_ptr<Engine>> make_engine() {
  PluginHostOptions options;
  options.directories = {TENON_BINARY_DIR "/lib/tenon/plugins/1"};
  options.default_directories = false;
  return Engine::make(std::move(options));
}

// Where two texts begin to differ, as lines.
std::string first_difference(std::string_view a, std::string_view b) {
  size_t line = 1;
  while (!a.empty() || !b.empty()) {
    const std::string_view x = a.substr(0, a.find('\n')), y = b.substr(0, b.find('\n'));
    if (x != y) return fmt::format("line {}\n  found    {}\n  expected {}", line, x, y);
    a.remove_prefix(std::min(x.size() + 1, a.size()));
    b.remove_prefix(std::min(y.size() + 1, b.size()));
    ++line;
  }
  return "nowhere";
}

Status run(std::span<char*> words) {
  const std::string_view verb = words.size() > 2 ? words[1] : "";
  const bool writes = verb == "write" && words.size() % 2 == 1;
  if (!writes && !(verb == "check" && words.size() == 3)) {
    return invalid("usage: operators_page write PAGE [VERDICTS ROOT]... | check PAGE");
  }
  TENON_TRY_ASSIGN(const std::unique_ptr<Engine> engine, make_engine());
  if (!engine->choose("opencl").ok()) {
    fmt::print("SKIPPED: there is no OpenCL device, whose column the page has\n");
    return {};
  }
  const std::string page = read(words[2]);
  TestCounts counts = words.size() > 3 ? TestCounts() : counts_of(page);
  for (size_t i = 3; i + 1 < words.size(); i += 2) {
    TENON_TRY(count_tests(*engine, read(words[i]), words[i + 1], counts));
  }
  TENON_TRY_ASSIGN(const std::string made, write_page(*engine, counts));
  if (writes) {
    std::ofstream(words[2], std::ios::binary) << made;
    return {};
  }
  if (made == page) return {};
  return invalid("{} is out of date: {}\nwrite it anew: operators_page write {}", words[2],
                 first_difference(page, made), words[2]);
}

}  // namespace
}  // namespace tenon::operators_page

int main(int argc, char** argv) {
  const tenon::Status status = tenon::operators_page::run({argv, static_cast<size_t>(argc)});
  if (status.ok()) return 0;
  fmt::print(stderr, "operators_page: {}\n", status.message());
  return 1;
}
