// SPDX-License-Identifier: Apache-2.0
#include "tests/mutator/mutation.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

// A main() for any LLVMFuzzerTestOneInput, where libFuzzer is not to be had: feeds the files it is
// given, then seeded mutations of them. A finding stops the program (a sanitizer does); the input
// that was running is left in crash-input.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace tenon::mutator {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr size_t most_seed_bytes = size_t{1} << 20;
constexpr size_t most_seeds = 20000;

struct Options {
  uint64_t inputs = 100000;
  uint64_t seed = 1;
  uint64_t seconds = 0;  // 0 = no limit
  std::string keep;      // where the running input is kept; empty = nowhere
  std::vector<std::string> paths;
};

bool read_number(const char* text, uint64_t& number) {
  const char* end = text + std::string_view(text).size();
  const auto [stop, error] = std::from_chars(text, end, number);
  return error == std::errc() && stop == end && stop != text;
}

bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (!word.starts_with("--")) {
      options.paths.emplace_back(word);
      continue;
    }
    if (i + 1 >= argc) return false;
    const char* value = argv[++i];
    if (word == "--keep") {
      options.keep = value;
      continue;
    }
    uint64_t* number = word == "--inputs"    ? &options.inputs
                       : word == "--seed"    ? &options.seed
                       : word == "--seconds" ? &options.seconds
                                             : nullptr;
    if (number == nullptr || !read_number(value, *number)) return false;
  }
  return true;
}

void add_file(const fs::path& path, std::vector<Bytes>& seeds) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  if (error || size > most_seed_bytes || seeds.size() >= most_seeds) return;
  std::ifstream file(path, std::ios::binary);
  seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// Every regular file below the path, in one order on every machine.
bool add_path(const std::string& path, std::vector<Bytes>& seeds) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) {
    add_file(path, seeds);
    return true;
  }
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file(error)) files.push_back(entry->path());
  }
  if (error) return false;
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) add_file(file, seeds);
  return true;
}

// Milliseconds that it took.
double feed(const Bytes& input, const Options& options) {
  if (!options.keep.empty()) {
    std::ofstream file(options.keep, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(input.data()),
               static_cast<std::streamsize>(input.size()));
  }
  const auto start = Clock::now();
  LLVMFuzzerTestOneInput(input.data(), input.size());
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

int run(const Options& options) {
  std::vector<Bytes> seeds;
  for (const std::string& path : options.paths) {
    if (!add_path(path, seeds)) {
      std::fprintf(stderr, "%s: no file and no folder that can be read\n", path.c_str());
      return 2;
    }
  }
  std::printf("%zu seeds\n", seeds.size());
  const auto start = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  double slowest = 0;
  for (const Bytes& seed : seeds) slowest = std::max(slowest, feed(seed, options));
  if (seeds.empty()) seeds.emplace_back();
  Mutator mutator(seeds, options.seed);
  uint64_t done = 0;
  while (done < options.inputs) {
    slowest = std::max(slowest, feed(mutator.next(), options));
    ++done;
    if (options.seconds != 0 && done % 64 == 0 &&
        elapsed() > static_cast<double>(options.seconds)) {
      break;
    }
  }
  const double seconds = elapsed();
  std::printf("%llu inputs, seed %llu, 0 reports, %.0f a second, slowest %.1f ms\n",
              static_cast<unsigned long long>(done), static_cast<unsigned long long>(options.seed),
              seconds > 0 ? static_cast<double>(done) / seconds : 0.0, slowest);
  return 0;
}

}  // namespace
}  // namespace tenon::mutator

int main(int argc, char** argv) {
  tenon::mutator::Options options;
  if (!tenon::mutator::read_options(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: %s [--inputs N] [--seed S] [--seconds T] [--keep FILE] FILE|FOLDER...\n",
                 argv[0]);
    return 2;
  }
  return tenon::mutator::run(options);
}
