// SPDX-License-Identifier: Apache-2.0
// web_ops convert FOLDER OUT: cases of FOLDER/*.jsonc as ONNX tests OUT/<operator>/<file>-<i>-<k>.
// web_ops report FILE PERCENT: a table of what `tenon check --json` said, exit 1 below PERCENT.
#include "apps/tenon/files/file.h"
#include "tests/web_ops/cases.h"
#include "tests/web_ops/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>

namespace tenon::web_ops {
namespace {

namespace fs = std::filesystem;

Result<std::string> text_file(const std::string& path) {
  TENON_TRY_ASSIGN(const std::vector<std::byte> bytes, files::read_file(path));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Status write(const fs::path& path, const std::string& text) {
  return files::write_file(path.string(), std::as_bytes(std::span(text)));
}

Status write_case(const CaseFiles& files, const fs::path& folder) {
  const fs::path set = folder / "test_data_set_0";
  std::error_code error;
  fs::create_directories(set, error);
  if (error) return invalid("{}: {}", set.string(), error.message());
  TENON_TRY(write(folder / "model.onnx", files.model));
  for (size_t i = 0; i < files.inputs.size(); ++i) {
    TENON_TRY(write(set / fmt::format("input_{}.pb", i), files.inputs[i]));
  }
  for (size_t i = 0; i < files.outputs.size(); ++i) {
    TENON_TRY(write(set / fmt::format("output_{}.pb", i), files.outputs[i]));
  }
  return {};
}

Result<size_t> convert_file(const fs::path& file, const fs::path& out) {
  TENON_TRY_ASSIGN(const std::string text, text_file(file.string()));
  TENON_TRY_ASSIGN(const Json tests, parse_json(without_comments(text)));
  size_t count = 0;
  for (size_t i = 0; i < tests.array_items().size(); ++i) {
    const Json& test = tests.array_items()[i];
    const Json* opset = test.find("opset");
    const std::string_view domain = opset == nullptr ? "" : opset->text("domain");
    const std::string name =
        fmt::format("{}{}{}", domain, domain.empty() ? "" : ".", test.text("operator"));
    for (size_t k = 0; k < test.array("cases").size(); ++k) {
      TENON_TRY_ASSIGN(const CaseFiles files, files_of(test, test.array("cases")[k]));
      TENON_TRY(
          write_case(files, out / name / fmt::format("{}-{}-{}", file.stem().string(), i, k)));
      ++count;
    }
  }
  return count;
}

Status convert(const fs::path& folder, const fs::path& out) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".jsonc") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  size_t count = 0;
  for (const fs::path& file : files) {
    Result<size_t> cases = convert_file(file, out);
    if (!cases.ok()) return cases.status().at(file.filename().string());
    count += *cases;
  }
  fmt::print("{} cases of {} files\n", count, files.size());
  return {};
}

Status report(const std::string& file, double percent) {
  TENON_TRY_ASSIGN(const std::string lines, text_file(file));
  TENON_TRY_ASSIGN(const Report made, read_report(lines));
  fmt::print("{}", made.to_text());
  if (made.holds(percent / 100)) return {};
  return invalid("{} of {} pass, expected {} %", made.passed, made.counted, percent);
}

Status run(std::span<char*> words) {
  if (words.size() == 4 && std::string_view(words[1]) == "convert") {
    return convert(words[2], words[3]);
  }
  if (words.size() == 4 && std::string_view(words[1]) == "report") {
    return report(words[2], std::strtod(words[3], nullptr));
  }
  return invalid("usage: web_ops convert FOLDER OUT | web_ops report FILE PERCENT");
}

}  // namespace
}  // namespace tenon::web_ops

int main(int argc, char** argv) {
  const tenon::Status status = tenon::web_ops::run({argv, static_cast<size_t>(argc)});
  if (status.ok()) return 0;
  fmt::print(stderr, "web_ops: {}\n", status.message());
  return 1;
}
