// SPDX-License-Identifier: Apache-2.0
// A family that nobody knows runs once a text file says how it is built: the recipe that
// docs/recipes.md prints, put into a folder of the user, over a file of weights made here. Its
// logits are compared with a pass in f64.
#include "core/base/platform_file.h"
#include "tests/texts/model_of_texts.h"
#include "tests/weights/float64.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

namespace {

using namespace tenon;
using weights::Matrix;
namespace fs = std::filesystem;

constexpr int64_t width = 16, layers = 2, heads = 2, vocabulary = 11;
constexpr std::string_view config =
    R"({"model_type": "tiny", "hidden_size": 16, "num_hidden_layers": 2,
        "num_attention_heads": 2, "max_position_embeddings": 32})";

// Writes safetensors with made-up numbers.
class Writer {
 public:
  void add(const std::string& name, std::vector<int64_t> dims) {
    int64_t count = 1;
    Json shape = Json::array();
    for (const int64_t dim : dims) {
      count *= dim;
      shape.push(dim);
    }
    const size_t begin = data_.size() * sizeof(float);
    for (int64_t i = 0; i < count; ++i) {
      seed_ = seed_ * 1664525 + 1013904223;
      data_.push_back(static_cast<float>(seed_ >> 8) / 0x1p24f - 0.5f);
    }
    const Json offsets = Json::array({uint64_t{begin}, uint64_t{data_.size() * sizeof(float)}});
    header_.set(name,
                Json::object({{"dtype", "F32"}}).set("shape", shape).set("data_offsets", offsets));
  }
  Status write(const std::string& path) const {
    std::string header = header_.dump();
    header.resize((header.size() + 7) / 8 * 8, ' ');
    const uint64_t size = header.size();
    std::string bytes(sizeof size, '\0');
    std::memcpy(bytes.data(), &size, sizeof size);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(data_.data()), data_.size() * sizeof(float));
    return write_file_atomically(path, bytes);
  }

 private:
  Json header_ = Json::object();
  std::vector<float> data_;
  uint32_t seed_ = 11;
};

Status write_model(const fs::path& folder) {
  Writer writer;
  writer.add("embed.weight", {vocabulary, width});
  for (int64_t i = 0; i < layers; ++i) {
    const std::string at = fmt::format("layers.{}.", i);
    writer.add(at + "norm.weight", {width});
    for (const char* name : {"q_proj", "k_proj", "v_proj", "o_proj"}) {
      writer.add(at + name + ".weight", {width, width});
    }
  }
  TENON_TRY(write_file_atomically(folder / "config.json", config));
  return writer.write(folder / "model.safetensors");
}

// The first recipe that the page prints.
Result<std::string> printed_recipe() {
  TENON_TRY_ASSIGN(const std::string page, read_file(TENON_SOURCE_DIR "/docs/recipes.md", 1 << 20));
  const size_t begin = page.find("```\nrecipe ");
  const size_t end = page.find("```", begin + 4);
  if (begin == std::string::npos || end == std::string::npos)
    return invalid("no recipe is printed");
  return page.substr(begin + 4, end - begin - 4);
}

struct Loaded {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Model> model;
};

Result<Loaded> load(const fs::path& plugins, const fs::path& file) {
  PluginHostOptions host;
  host.directories = {plugins, TENON_BINARY_DIR "/lib/tenon/plugins/1"};
  host.default_directories = false;
  Loaded loaded;
  TENON_TRY_ASSIGN(loaded.engine, Engine::make(std::move(host)));
  TENON_TRY_ASSIGN(MappedFile mapped, map_file(file));
  const auto owner = std::make_shared<MappedFile>(std::move(mapped));
  TENON_TRY_ASSIGN(loaded.model,
                   Model::load(*loaded.engine, file,
                               {nullptr, file.filename(), owner, owner->bytes()}, {}, nullptr));
  return loaded;
}

Matrix exact_logits(const WeightFile& file, const std::vector<int32_t>& tokens) {
  const weights::Tensors tensors(file);
  const Matrix embed = tensors("embed.weight");
  Matrix x = rows_of(embed, tokens);
  for (int64_t i = 0; i < layers; ++i) {
    const std::string at = fmt::format("layers.{}.", i);
    const Matrix a = rms_norm(x, tensors(at + "norm.weight"), 1e-5);
    const auto part = [&](const char* name) {
      return linear(a, tensors(fmt::format("{}{}_proj.weight", at, name)));
    };
    const Matrix y = attention(part("q"), part("k"), part("v"), heads, heads,
                               1 / std::sqrt(static_cast<double>(width / heads)));
    x = sum(x, linear(y, tensors(at + "o_proj.weight")));
  }
  return linear(x, embed);
}

Status judge(const fs::path& folder) {
  const fs::path file = folder / "model/model.safetensors";
  TENON_TRY(write_model(folder / "model"));
  const auto unknown = load(folder / "plugins", file);
  if (unknown.ok() || unknown.status().message().find("\"tiny\"") == std::string_view::npos) {
    return invalid("without the recipe: {}", unknown.status().message());
  }
  TENON_TRY_ASSIGN(const std::string recipe, printed_recipe());
  TENON_TRY(write_file_atomically(folder / "plugins/recipes/tiny.recipe", recipe));
  TENON_TRY_ASSIGN(const Loaded loaded, load(folder / "plugins", file));
  TENON_TRY_ASSIGN(const auto runs, Runs::make(*loaded.model, "reference", {}, {}));
  const std::vector<int32_t> tokens = {3, 10, 0, 7, 7, 1};
  TENON_TRY_ASSIGN(const auto pool, runs->sequences(tokens.size(), 1, 4));
  TENON_TRY_ASSIGN(const uint32_t sequence, pool->create());
  TENON_TRY_ASSIGN(const texts::Logits logits, texts::step(*pool, sequence, tokens, Want::all));
  const Matrix exact = exact_logits(*loaded.model->weight_file(), tokens);
  double most = logits.values.size() == exact.values.size() ? 0 : INFINITY;
  for (size_t i = 0; i < std::min(logits.values.size(), exact.values.size()); ++i) {
    most = std::max(most, std::fabs(logits.values[i] - exact.values[i]));
  }
  fmt::print("a family from a text alone: {:.2e} from the pass in f64\n", most);
  return most <= 1e-5 ? Status() : invalid("logits are {} off", most);
}

}  // namespace

int main() {
  std::string name = (fs::temp_directory_path() / "tenon-family-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return 2;
  fs::create_directories(fs::path(name) / "model");
  fs::create_directories(fs::path(name) / "plugins/recipes");
  const Status status = judge(name);
  fs::remove_all(name);
  if (!status.ok()) fmt::print("{}\n", status.message());
  return status.ok() ? 0 : 1;
}
