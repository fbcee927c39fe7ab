// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/check/suite.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

namespace tenon::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view set_prefix = "test_data_set_";

// The number of "input_12.pb" behind "input_", or nothing.
std::optional<size_t> number_in(std::string_view name, std::string_view prefix) {
  constexpr std::string_view extension = ".pb";
  if (!name.starts_with(prefix) || !name.ends_with(extension)) return std::nullopt;
  name = name.substr(prefix.size(), name.size() - prefix.size() - extension.size());
  size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  constexpr size_t most = 10'000;
  if (error != std::errc() || end != name.data() + name.size() || number > most) {
    return std::nullopt;
  }
  return number;
}

void place(std::vector<std::string>& files, size_t number, std::string path) {
  if (files.size() <= number) files.resize(number + 1);
  files[number] = std::move(path);
}

DataSet read_set(const fs::path& folder) {
  DataSet set{folder.string(), {}, {}};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (const auto input = number_in(name, "input_")) {
      place(set.inputs, *input, entry.path().string());
    }
    if (const auto output = number_in(name, "output_")) {
      place(set.outputs, *output, entry.path().string());
    }
  }
  return set;
}

// A test directory, or one without a model.
TestDirectory read_directory(const fs::path& folder) {
  TestDirectory test;
  std::vector<std::string> models;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    std::error_code ignored;
    if (entry.path().extension() == ".onnx" && entry.is_regular_file(ignored)) {
      models.push_back(entry.path().string());
    }
    if (name.starts_with(set_prefix) && entry.is_directory(ignored)) {
      test.sets.push_back(read_set(entry.path()));
    }
  }
  std::ranges::sort(test.sets, {}, &DataSet::path);
  std::ranges::sort(models);
  const auto usual = (folder / "model.onnx").string();
  if (std::ranges::find(models, usual) != models.end()) {
    test.model = usual;
  } else if (!models.empty()) {
    test.model = models.front();
  }
  return test;
}

}  // namespace

Result<std::vector<TestDirectory>> find_tests(const std::string& path) {
  std::error_code error;
  fs::path root(path);
  if (fs::is_regular_file(root, error)) root = fs::absolute(root).parent_path();
  if (!fs::is_directory(root, error)) return invalid("{}: no folder", path);
  std::vector<TestDirectory> tests;
  const auto consider = [&](const fs::path& folder) {
    TestDirectory test = read_directory(folder);
    if (test.model.empty() || test.sets.empty()) return;
    const fs::path below = folder.lexically_relative(root);
    test.name = below == "." ? fs::absolute(folder).lexically_normal().filename().string()
                             : below.generic_string();
    if (test.name.empty()) test.name = ".";
    tests.push_back(std::move(test));
  };
  consider(root);
  auto walk =
      fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied, error);
  for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    std::error_code ignored;
    if (!walk->is_directory(ignored)) continue;
    if (walk->path().filename().string().starts_with(set_prefix)) {
      walk.disable_recursion_pending();
      continue;
    }
    consider(walk->path());
  }
  if (error) return io_error("{}: {}", path, error.message());
  std::ranges::sort(tests, {}, &TestDirectory::name);
  return tests;
}

}  // namespace tenon::cli
