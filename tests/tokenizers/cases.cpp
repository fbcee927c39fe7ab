// SPDX-License-Identifier: Apache-2.0
#include "tests/tokenizers/cases.h"

#include "tenon/json.h"

#include <charconv>
#include <fstream>
#include <iterator>

namespace tenon::text {
namespace {

namespace fs = std::filesystem;

Result<std::string> contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return io_error("{}: cannot be read", path.string());
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<Json> json_of(const fs::path& path) {
  TENON_TRY_ASSIGN(const std::string text, contents(path));
  return parse_json(text);
}

std::vector<int32_t> ids_of(const Json::Array& items) {
  std::vector<int32_t> ids;
  for (const Json& item : items) ids.push_back(static_cast<int32_t>(item.integer().value_or(-1)));
  return ids;
}

// Numbers between anything that is none.
std::vector<int32_t> ids_in(std::string_view line) {
  std::vector<int32_t> ids;
  const char* at = line.data();
  const char* const end = at + line.size();
  while (at < end) {
    int32_t id = 0;
    const auto [stop, error] = std::from_chars(at, end, id);
    if (error == std::errc()) ids.push_back(id);
    at = error == std::errc() ? stop : at + 1;
  }
  return ids;
}

std::vector<std::string_view> split(std::string_view text, std::string_view by) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; true;) {
    const size_t found = text.find(by, at);
    parts.push_back(text.substr(at, found == std::string_view::npos ? found : found - at));
    if (found == std::string_view::npos) return parts;
    at = found + by.size();
  }
}

constexpr EncodeOptions plain{.special = false, .parse_special = false};
constexpr EncodeOptions bare{.special = false, .parse_special = true};

// Collects suites; the first failure stays.
class Reader {
 public:
  explicit Reader(const Places& places)
      : places_(places),
        vocabs_(places.unpacked / "gguf-vocabs"),
        tokenizers_(places.unpacked / "tokenizers"),
        fixtures_(places.data / "../reference/tokenizer-fixtures"),
        models_(places.data / "../models") {}

  Status read() {
    TENON_TRY(read_vocabs());
    TENON_TRY(read_fixtures());
    TENON_TRY(read_tokenizers());
    TENON_TRY(read_swift());
    TENON_TRY(read_plans());
    return read_models();
  }
  std::vector<Suite> take() { return std::move(suites_); }

 private:
  Status add(std::string name, const Files& files, std::vector<Case> cases) {
    Result<std::unique_ptr<Tokenizer>> tokenizer = open_tokenizer(files);
    if (!tokenizer.ok()) return tokenizer.status().at(name);
    if (cases.empty()) return corrupt("{}: no cases", name);
    suites_.push_back({std::move(name), std::move(*tokenizer), std::move(cases)});
    return {};
  }

  static NamedFiles header(const fs::path& path) { return NamedFiles().add("header.gguf", path); }

  // Texts of one file, their ids line by line in another.
  static Result<std::vector<Case>> inp_out(const fs::path& gguf) {
    TENON_TRY_ASSIGN(const std::string inputs, contents(gguf.string() + ".inp"));
    TENON_TRY_ASSIGN(const std::string outputs, contents(gguf.string() + ".out"));
    const auto texts = split(inputs, "\n__ggml_vocab_test__\n");
    const auto lines = split(outputs, "\n");
    std::vector<Case> cases;
    // A text behind the last separator that has no line of ids is only the end of the file.
    for (size_t i = 0; i < texts.size() && i + 1 < lines.size(); ++i) {
      cases.push_back({.text = std::string(texts[i]), .ids = ids_in(lines[i]), .options = plain});
    }
    return cases;
  }

  static Result<std::vector<Case>> lines(const fs::path& texts, const fs::path& ids) {
    TENON_TRY_ASSIGN(const Json json, json_of(texts));
    TENON_TRY_ASSIGN(const std::string rows, contents(ids));
    const auto lines = split(rows, "\n");
    if (lines.size() < json.array_items().size()) return corrupt("{}: too short", ids.string());
    std::vector<Case> cases;
    for (size_t i = 0; i < json.array_items().size(); ++i) {
      cases.push_back({.text = std::string(json.array_items()[i].text().value_or("")),
                       .ids = ids_in(lines[i]),
                       .options = plain});
    }
    return cases;
  }

  Status read_vocabs() {
    for (const std::string_view name : {"baichuan", "bert-bge", "deepseek-coder", "falcon", "gpt-2",
                                        "gpt-neox", "llama-spm", "mpt", "refact"}) {
      const fs::path gguf = vocabs_ / fmt::format("ggml-vocab-{}.gguf", name);
      if (fs::exists(gguf.string() + ".inp")) {
        TENON_TRY_ASSIGN(std::vector<Case> cases, inp_out(gguf));
        TENON_TRY(add(fmt::format("gguf-vocabs/{}.inp", name), header(gguf), std::move(cases)));
      }
      TENON_TRY_ASSIGN(
          std::vector<Case> cases,
          lines(vocabs_ / "lines.json", vocabs_ / fmt::format("lines-{}.ids.txt", name)));
      TENON_TRY(add(fmt::format("gguf-vocabs/{}.lines", name), header(gguf), std::move(cases)));
    }
    return {};
  }

  Status read_fixtures() {
    for (const std::string_view name : {"gpt-2", "bert-bge", "phi-3"}) {
      const fs::path gguf = fixtures_ / fmt::format("ggml-vocab-{}.gguf", name);
      TENON_TRY_ASSIGN(std::vector<Case> cases, inp_out(gguf));
      TENON_TRY(add(fmt::format("fixtures/{}", name), header(gguf), std::move(cases)));
    }
    TENON_TRY_ASSIGN(const Json json, json_of(fixtures_ / "spm-vectors.json"));
    for (const Json& model : json.array("models")) {
      const std::string name(model.text("model"));
      std::vector<Case> cases;
      for (const Json& item : model.array("cases")) {
        cases.push_back({.text = std::string(item.text("text")),
                         .ids = ids_of(item.array("ids")),
                         .options = plain,
                         .has_decoded = true,
                         .decoded = std::string(item.text("decoded"))});
      }
      TENON_TRY(add("fixtures/" + name, NamedFiles().add("tokenizer.model", fixtures_ / name),
                    std::move(cases)));
    }
    return {};
  }

  static Result<std::vector<Case>> vectors(const fs::path& path) {
    TENON_TRY_ASSIGN(const Json json, json_of(path));
    std::vector<Case> cases;
    for (const Json& item : json.array_items()) {
      const std::string text(item.text("text"));
      cases.push_back({.text = text, .ids = ids_of(item.array("ids")), .options = {}});
      cases.push_back({.text = text, .ids = ids_of(item.array("ids_no_special")), .options = bare});
    }
    return cases;
  }

  Status read_tokenizers() {
    for (const std::string_view name :
         {"clip", "falcon", "llama2", "phi-2", "roberta-base", "t5-small", "whisper-tiny"}) {
      const fs::path folder = tokenizers_ / name;
      TENON_TRY_ASSIGN(std::vector<Case> cases, vectors(folder / "vectors.json"));
      TENON_TRY(
          add(fmt::format("tokenizers/{}", name), NamedFiles::folder(folder), std::move(cases)));
    }
    TENON_TRY_ASSIGN(std::vector<Case> roberta, vectors(tokenizers_ / "roberta-base/vectors.json"));
    const fs::path lists = tokenizers_ / "roberta-base";
    TENON_TRY(add("tokenizers/roberta-base.merges",
                  NamedFiles()
                      .add("vocab.json", lists / "vocab.json")
                      .add("merges.txt", lists / "merges.txt"),
                  std::move(roberta)));
    TENON_TRY_ASSIGN(std::vector<Case> gpt2,
                     lines(vocabs_ / "lines.json", vocabs_ / "lines-gpt-2.ids.txt"));
    return add("tokenizers/gpt2.merges", NamedFiles::folder(tokenizers_ / "gpt2"), std::move(gpt2));
  }

  // Tests of another library, for the models whose tokenizers are here.
  Status read_swift() {
    TENON_TRY_ASSIGN(const Json json,
                     json_of(tokenizers_ / "swift-transformers/tokenizer_tests.json"));
    struct Pair {
      std::string_view name;
      NamedFiles files;
      bool tidy = true;  // what its configuration says
    };
    const auto folder = [&](std::string_view name) {
      return NamedFiles::folder(tokenizers_ / name);
    };
    const Pair pairs[] = {
        {"google-bert/bert-base-uncased", header(vocabs_ / "ggml-vocab-bert-bge.gguf")},
        {"bert-base-uncased", header(vocabs_ / "ggml-vocab-bert-bge.gguf")},
        {"distilgpt2", folder("gpt2")},
        {"coreml-projects/Llama-2-7b-chat-coreml", folder("llama2"), false},
        {"tiiuae/falcon-7b", folder("falcon")},
        {"openai/whisper-large-v2", folder("whisper-tiny")},
        {"t5-base", folder("t5-small")},
    };
    for (const Pair& pair : pairs) {
      std::vector<Case> cases;
      for (const Json& item : json.array(pair.name)) {
        const Json* encoded = item.find("encoded");
        if (encoded == nullptr) return corrupt("{}: a case without \"encoded\"", pair.name);
        for (const bool special : {false, true}) {
          cases.push_back({.text = std::string(item.text("input")),
                           .ids = ids_of(encoded->array("input_ids")),
                           .options = {},
                           .has_decoded = true,
                           .decode_special = special,
                           .tidy = pair.tidy,
                           .decoded = std::string(item.text(special ? "decoded_with_special"
                                                                    : "decoded_without_special"))});
        }
      }
      TENON_TRY(add(fmt::format("swift/{}", pair.name), pair.files, std::move(cases)));
    }
    return {};
  }

  // "EncodingName: ", "Sample: ", "Encoded: " on three lines each.
  Status read_plans() {
    TENON_TRY_ASSIGN(const std::string text, contents(tokenizers_ / "tiktoken/TestPlans.txt"));
    for (const std::string_view name : {"r50k_base", "p50k_base", "p50k_edit", "cl100k_base"}) {
      std::vector<Case> cases;
      std::string_view encoding;
      std::string_view sample;
      for (std::string_view line : split(text, "\n")) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.starts_with("EncodingName: ")) encoding = line.substr(14);
        if (line.starts_with("Sample: ")) sample = line.substr(8);
        if (!line.starts_with("Encoded: ") || encoding != name) continue;
        cases.push_back({.text = std::string(sample),
                         .ids = ids_in(line.substr(9)),
                         .options = bare,
                         .has_decoded = true,
                         .decode_special = true,
                         .decoded = std::string(sample)});
      }
      // Both encodings have the ranks of one file.
      const std::string_view file = name == "p50k_edit" ? "p50k_base" : name;
      TENON_TRY(add(fmt::format("tiktoken/{}", name),
                    NamedFiles().add(fmt::format("{}.tiktoken", name),
                                     tokenizers_ / fmt::format("tiktoken/{}.tiktoken", file)),
                    std::move(cases)));
    }
    return {};
  }

  static Result<std::vector<Case>> texts(const fs::path& path) {
    TENON_TRY_ASSIGN(const Json json, json_of(path));
    std::vector<Case> cases;
    for (const Json& item : json.array_items()) {
      const Json* decoded = item.find("decoded");
      Case test{.text = std::string(item.text("text")),
                .ids = ids_of(item.array("ids")),
                .has_decoded = true,
                .decoded = std::string(item.text("decoded"))};
      if (decoded == nullptr) {  // the text itself, behind the token that begins it
        test.decode_from = 1;
        test.decode_special = true;
        test.decoded = test.text;
      }
      cases.push_back(std::move(test));
    }
    return cases;
  }

  Status read_models() {
    const fs::path stories = places_.data / "llm/stories260K";
    const fs::path hf = stories / "hf-f32";
    for (const std::string_view kind : {"gguf", "json", "model"}) {
      TENON_TRY_ASSIGN(std::vector<Case> cases,
                       texts(stories / "reference/tokenizer_vectors.json"));
      NamedFiles files = header(stories / "gguf/stories260K-f32.gguf");
      if (kind == "json") files = NamedFiles().add("tokenizer.json", hf / "tokenizer.json");
      if (kind == "model") files = NamedFiles().add("tokenizer.model", hf / "tokenizer.model");
      if (kind != "gguf") files.add("tokenizer_config.json", hf / "tokenizer_config.json");
      TENON_TRY(add(fmt::format("stories260K/{}", kind), files, std::move(cases)));
    }
    const fs::path story = models_ / "story";
    TENON_TRY_ASSIGN(std::vector<Case> gguf, texts(story / "reference/tokens.json"));
    std::vector<Case> json = gguf;
    TENON_TRY(add("story/gguf", header(story / "story-q8_0.gguf"), std::move(gguf)));
    TENON_TRY(add("story/json", NamedFiles::folder(story / "hf"), std::move(json)));
    return read_embed();
  }

  Status read_embed() {
    TENON_TRY_ASSIGN(const Json json, json_of(models_ / "embed/expected.json"));
    for (const std::string_view file : {"tokenizer.json", "vocab.txt"}) {
      std::vector<Case> cases;
      const Json::Array& ids = json.array("input_ids");
      for (size_t i = 0; i < ids.size() && i < json.array("sentences").size(); ++i) {
        cases.push_back({.text = std::string(json.array("sentences")[i].text().value_or("")),
                         .ids = ids_of(ids[i].array_items()),
                         .options = {}});
      }
      TENON_TRY(add(fmt::format("embed/{}", file),
                    NamedFiles().add(std::string(file), models_ / "embed" / file),
                    std::move(cases)));
    }
    return {};
  }

  const Places& places_;
  fs::path vocabs_;
  fs::path tokenizers_;
  fs::path fixtures_;
  fs::path models_;
  std::vector<Suite> suites_;
};

}  // namespace

NamedFiles NamedFiles::folder(const fs::path& folder) {
  NamedFiles files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    files.add(entry.path().filename().string(), entry.path());
  }
  return files;
}

NamedFiles& NamedFiles::add(std::string name, const fs::path& path) {
  files_.emplace_back(std::move(name), path);
  return *this;
}

std::optional<std::string> NamedFiles::read(std::string_view name) const {
  for (const auto& [known, path] : files_) {
    if (known != name) continue;
    Result<std::string> text = contents(path);
    if (text.ok()) return std::move(*text);
  }
  return std::nullopt;
}

Result<std::vector<Suite>> read_suites(const Places& places) {
  Reader reader(places);
  TENON_TRY(reader.read());
  return reader.take();
}

}  // namespace tenon::text
