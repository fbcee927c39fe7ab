// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/files/npz.h"
#include "tests/containers/cases.h"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <vector>

namespace tenon::containers {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::string file, expected;
};

std::optional<fs::path> find_below(const fs::path& folder, const std::string& name) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() == name) return entry.path();
  }
  return std::nullopt;
}

// Columns: file, bytes, verdict, reason.
std::vector<Row> read_index(const fs::path& path) {
  std::vector<Row> rows;
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    const size_t bytes = line.find('\t');
    const size_t verdict = line.find('\t', bytes + 1);
    const size_t reason = line.find('\t', verdict + 1);
    if (reason == line.npos) continue;
    rows.push_back({line.substr(0, bytes), line.substr(verdict + 1, reason - verdict - 1)});
  }
  return rows;
}

std::string failure_of(const Engine& engine, const fs::path& path) {
  const std::string extension = path.extension().string();
  if (extension != ".npy" && extension != ".npz") return look_at(engine, path);
  const auto tensors = files::read_tensors(path.string());
  return tensors.ok() ? std::string() : std::string(tensors.status().message());
}

}  // namespace

bool check_verdicts(const Engine& engine, const fs::path& folder) {
  const auto index = find_below(folder, "INDEX.tsv");
  if (!index) {
    fmt::print("no INDEX.tsv below {}\n", folder.string());
    return false;
  }
  size_t accepted = 0, refused = 0, wrong = 0;
  for (const Row& row : read_index(*index)) {
    const std::string failure = failure_of(engine, index->parent_path() / row.file);
    ++(failure.empty() ? accepted : refused);
    const std::string_view verdict = failure.empty() ? "accept" : "reject";
    const bool is_expected = row.expected == "either-no-crash" || row.expected == verdict;
    wrong += is_expected ? 0 : 1;
    fmt::print("{} {} {}: {}\n", is_expected ? "ok   " : "WRONG", verdict, row.file,
               failure.substr(0, 300));
  }
  fmt::print("{} cases: {} accepted, {} refused, {} not as expected\n", accepted + refused,
             accepted, refused, wrong);
  return wrong == 0 && accepted + refused > 0;
}

bool check_opens(const Engine& engine, const fs::path& folder) {
  // One writer names the architecture twice in each of its GGUF files, which ggml refuses too.
  constexpr std::string_view known = "metadata key \"general.architecture\" appears twice";
  size_t opened = 0, known_wrong = 0, wrong = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".gguf" && extension != ".safetensors") continue;
    const std::string failure = look_at(engine, entry.path());
    if (failure.empty()) {
      ++opened;
    } else if (failure.find(known) != failure.npos) {
      ++known_wrong;
    } else {
      ++wrong;
      fmt::print("{}\n", failure);
    }
  }
  fmt::print("{} files opened, {} rightly refused, {} wrongly\n", opened, known_wrong, wrong);
  return opened > 0 && wrong == 0;
}

}  // namespace tenon::containers
