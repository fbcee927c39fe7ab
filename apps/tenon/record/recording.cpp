// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/record/recording.h"

#include "apps/tenon/files/file.h"
#include "apps/tenon/files/sha256.h"
#include "apps/tenon/files/tensor_proto.h"

#include <filesystem>

namespace tenon::cli {

namespace fs = std::filesystem;

namespace {

constexpr int64_t format_version = 1;
constexpr const char* about_file = "recording.json";
// Flags that change what is computed.
constexpr const char* kept_flags[] = {"dim", "value", "tap", "loader"};

Json texts(const std::vector<std::string>& words) {
  Json list = Json::array();
  for (const std::string& word : words) list.push(word);
  return list;
}

std::vector<std::string> words_of(const Json::Array& list) {
  std::vector<std::string> words;
  for (const Json& item : list) words.emplace_back(item.text().value_or(""));
  return words;
}

std::string file_of(const std::string& folder, const char* role, size_t index) {
  return (fs::path(folder) / "test_data_set_0" / fmt::format("{}_{}.pb", role, index)).string();
}

// A tensor without a name would be read back as one; the model's names are in recording.json.
Result<Json> write_all(const std::string& folder, const char* role,
                       std::span<const Tensor> tensors) {
  Json names = Json::array();
  for (size_t i = 0; i < tensors.size(); ++i) {
    TENON_TRY_ASSIGN(const auto bytes, files::tensor_proto(tensors[i]));
    TENON_TRY(files::write_file(file_of(folder, role, i), bytes));
    names.push(tensors[i].name);
  }
  return names;
}

}  // namespace

std::string Recording::input_file(size_t index) const { return file_of(folder, "input", index); }
std::string Recording::output_file(size_t index) const { return file_of(folder, "output", index); }

Status write_recording(const std::string& folder, const Arguments& arguments,
                       std::span<const Tensor> inputs, std::span<const Tensor> outputs,
                       const Json& placement) {
  std::error_code error;
  const fs::path data = fs::path(folder) / "test_data_set_0";
  fs::remove_all(data, error);
  fs::create_directories(data, error);
  if (error) {
    return Status(Code::io, fmt::format("{}: cannot be made: {}", folder, error.message()));
  }
  const std::string& model = arguments.operands().front();
  TENON_TRY_ASSIGN(const std::string sum, files::sha256_of_file(model));
  TENON_TRY_ASSIGN(const Json input_names, write_all(folder, "input", inputs));
  TENON_TRY_ASSIGN(const Json output_names, write_all(folder, "output", outputs));
  Json options = Json::object();
  for (const char* flag : kept_flags) {
    if (arguments.has(flag)) options.set(flag, texts(arguments.all(flag)));
  }
  Json about = Json::object({{"recording", format_version},
                             {"tenon", tenon_version()},
                             {"model", fs::absolute(model, error).lexically_normal().string()},
                             {"sha256", sum},
                             {"device", arguments.text("device")}});
  about.set("options", options)
      .set("inputs", input_names)
      .set("outputs", output_names)
      .set("placement", placement);
  const std::string text = about.dump(2) + "\n";
  return files::write_file((fs::path(folder) / about_file).string(),
                           std::as_bytes(std::span(text)));
}

Result<Recording> read_recording(const std::string& folder) {
  const std::string path = (fs::path(folder) / about_file).string();
  constexpr uint64_t most_bytes = uint64_t{16} << 20;
  TENON_TRY_ASSIGN(const auto bytes, files::read_file(path, most_bytes));
  const auto about = parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!about.ok()) return about.status().at(path);
  const int64_t version = about->integer("recording", 0);
  if (version != format_version) {
    return corrupt("{}: format {} of a recording, expected {}", path, version, format_version);
  }
  Recording recording;
  recording.model = about->text("model");
  recording.sha256 = about->text("sha256");
  recording.device = about->text("device", "auto");
  recording.inputs = words_of(about->array("inputs"));
  recording.outputs = words_of(about->array("outputs"));
  recording.folder = folder;
  if (recording.model.empty()) return corrupt("{}: names no model", path);
  if (const Json* options = about->find("options")) {
    for (const char* flag : kept_flags) {
      const auto words = words_of(options->array(flag));
      if (!words.empty()) recording.options.set(flag, words);
    }
  }
  return recording;
}

}  // namespace tenon::cli
