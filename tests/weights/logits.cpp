// SPDX-License-Identifier: Apache-2.0
// Logits of models whose families are recipes, against a pass in f64 that this program computes
// from the same weights, and beside logits that another engine stored:
//
//   family_logits DEVICE MOST FOLDER NAME...      FOLDER/NAME-hf, FOLDER/NAME.gguf, NAME.logits.npy
//   family_logits DEVICE MOST --stored MODEL IDS LOGITS    a model against stored logits alone
//   family_logits DEVICE MOST --exact MODEL IDS            a safetensors model against the pass in
//   f64 family_logits DEVICE MOST --after MODEL TEXT LOGITS    the last token's, of bytes as tokens
//
// Names are relative to TENON_TEST_DATA. A line for each model; exit code 1 when a logit is further
// than MOST from the pass in f64 (or from the stored one).
#include "core/base/platform_file.h"
#include "tests/texts/model_of_texts.h"
#include "tests/weights/families.h"

#include "tenon/strip_vm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace {

using namespace tenon;
namespace fs = std::filesystem;

std::vector<double> numbers(const void* data, DType dtype, int64_t count) {
  std::vector<double> list;
  for (int64_t i = 0; i < count; ++i) {
    list.push_back(is_float(dtype) ? load_float(data, dtype, i)
                                   : static_cast<double>(load_integer(data, dtype, i)));
  }
  return list;
}

// A .npy file as numpy writes it, little-endian and in row-major order; other files are f32.
Result<std::vector<double>> read_numbers(const fs::path& path) {
  TENON_TRY_ASSIGN(const MappedFile file, map_file(path));
  const std::span<const std::byte> bytes = file.bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr std::pair<std::string_view, DType> types[] = {
      {"'<f4'", DType::f32}, {"'<f8'", DType::f64}, {"'<i4'", DType::i32}, {"'<i8'", DType::i64}};
  size_t begin = 0;
  DType dtype = DType::f32;
  if (path.extension() == ".npy") {
    begin = text.find('\n') + 1;
    const std::string_view header = text.substr(0, begin);
    const auto* type = std::ranges::find_if(
        types, [&](const auto& each) { return header.find(each.first) != header.npos; });
    if (begin == 0 || type == std::end(types)) return invalid("{}: no numbers", path.string());
    dtype = type->second;
  }
  const size_t count = (bytes.size() - begin) / element_bytes(dtype);
  return numbers(bytes.data() + begin, dtype, static_cast<int64_t>(count));
}

// Of a JSON object's input_ids, or a .npy file.
Result<std::vector<int32_t>> read_tokens(const fs::path& path) {
  std::vector<int32_t> tokens;
  if (path.extension() == ".json") {
    TENON_TRY_ASSIGN(const std::string text, read_file(path, 1 << 20));
    TENON_TRY_ASSIGN(const Json json, parse_json(text));
    for (const Json& id : json.array("input_ids")) {
      tokens.push_back(static_cast<int32_t>(id.integer().value_or(0)));
    }
    return tokens;
  }
  TENON_TRY_ASSIGN(const auto ids, read_numbers(path));
  for (const double id : ids) tokens.push_back(static_cast<int32_t>(id));
  return tokens;
}

double difference(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size()) return INFINITY;
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double here = std::fabs(a[i] - b[i]);
    if (!(here <= most)) most = here;
  }
  return most;
}

// Logits of all tokens, in one step.
Result<std::vector<double>> run(texts::Opened& opened, const std::vector<int32_t>& tokens) {
  TENON_TRY_ASSIGN(const auto pool, opened.runs->sequences(tokens.size(), 1, 0));
  TENON_TRY_ASSIGN(const uint32_t sequence, pool->create());
  TENON_TRY_ASSIGN(const texts::Logits logits, texts::step(*pool, sequence, tokens, Want::all));
  return std::vector<double>(logits.values.begin(), logits.values.end());
}

Result<bool> judge_family(const std::string& device, double most, const fs::path& folder,
                          const std::string& name) {
  TENON_TRY_ASSIGN(const std::string text, read_file(folder / "REFERENCE.json", 1 << 20));
  TENON_TRY_ASSIGN(const Json reference, parse_json(text));
  const Json* entry = reference.find(name);
  if (entry == nullptr) return invalid("REFERENCE.json has no {}", name);
  std::vector<int32_t> tokens;
  for (const Json& id : entry->array("input_ids")) {
    tokens.push_back(static_cast<int32_t>(id.integer().value_or(0)));
  }
  TENON_TRY_ASSIGN(const auto stored, read_numbers(folder / (name + ".logits.npy")));
  TENON_TRY_ASSIGN(texts::Opened hf,
                   texts::open(folder / (name + "-hf/model.safetensors"), device));
  const weights::Matrix exact = weights::logits_of(*hf.model->weight_file(), tokens);
  TENON_TRY_ASSIGN(const auto from_hf, run(hf, tokens));
  TENON_TRY_ASSIGN(texts::Opened gguf, texts::open(folder / (name + ".gguf"), device));
  TENON_TRY_ASSIGN(const auto from_gguf, run(gguf, tokens));
  const double a = difference(from_hf, exact.values), b = difference(from_gguf, exact.values);
  const double c = difference(stored, exact.values);
  // The engine that stored them looks up gelu in a table of f16.
  const bool by_table = name == "gemma" || name == "gpt2";
  fmt::print(
      "{:<8} safetensors {:.2e}, gguf {:.2e} from the pass in f64; the stored logits {:.2e}{}\n",
      name, a, b, c, by_table ? " (their gelu is a table of f16)" : "");
  return a <= most && b <= most && c <= (by_table ? 5e-3 : most);
}

Result<bool> judge_stored(const std::string& device, double most, const fs::path& model,
                          const std::vector<int32_t>& tokens, const fs::path& logits) {
  TENON_TRY_ASSIGN(const auto stored, read_numbers(logits));
  TENON_TRY_ASSIGN(texts::Opened opened, texts::open(model, device));
  TENON_TRY_ASSIGN(auto made, run(opened, tokens));
  // Stored logits may be those of the last token alone.
  if (made.size() > stored.size()) {
    made.erase(made.begin(), made.end() - static_cast<int64_t>(stored.size()));
  }
  const double far = difference(made, stored);
  fmt::print("{} {:.2e} from {}\n", model.filename().string(), far, logits.filename().string());
  return far <= most;
}

Result<bool> judge_exact(const std::string& device, double most, const fs::path& model,
                         const std::vector<int32_t>& tokens) {
  TENON_TRY_ASSIGN(texts::Opened opened, texts::open(model, device));
  const weights::Matrix exact = weights::logits_of(*opened.model->weight_file(), tokens);
  TENON_TRY_ASSIGN(const auto made, run(opened, tokens));
  const double far = difference(made, exact.values);
  fmt::print("{} {:.2e} from the pass in f64\n", model.string(), far);
  return far <= most;
}

Result<bool> judge(const std::string& device, double most, const std::vector<std::string>& words) {
  const fs::path data = texts::test_data();
  if (words[0] == "--exact") {
    TENON_TRY_ASSIGN(const auto tokens, read_tokens(data / words[2]));
    return judge_exact(device, most, data / words[1], tokens);
  }
  if (words[0] == "--stored" || words[0] == "--after") {
    std::vector<int32_t> tokens;
    if (words[0] == "--after") {
      for (const char c : words[2]) tokens.push_back(static_cast<unsigned char>(c));
    } else {
      TENON_TRY_ASSIGN(tokens, read_tokens(data / words[2]));
    }
    return judge_stored(device, most, data / words[1], tokens, data / words[3]);
  }
  bool right = true;
  for (size_t i = 1; i < words.size(); ++i) {
    const auto judged = judge_family(device, most, data / words[0], words[i]);
    if (!judged.ok()) fmt::print("{}: {}\n", words[i], judged.status().message());
    right &= judged.ok() && *judged;
  }
  return right;
}

}  // namespace

int main(int count, char** words) {
  if (count < 5) return 2;
  if (!fs::exists(texts::test_data())) {
    fmt::print("SKIPPED: {} is not there; set TENON_TEST_DATA\n", texts::test_data().string());
    return 0;
  }
  const std::vector<std::string> rest(words + 3, words + count);
  if (rest[0].starts_with("--") && rest.size() != (rest[0] == "--exact" ? 3u : 4u)) return 2;
  const auto right = judge(words[1], std::strtod(words[2], nullptr), rest);
  if (!right.ok()) fmt::print("{}\n", right.status().message());
  return right.ok() && *right ? 0 : 1;
}
