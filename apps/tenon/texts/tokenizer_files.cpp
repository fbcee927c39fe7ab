// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/texts/tokenizer_files.h"

#include "apps/tenon/texts/builtin.h"
#include "tenon/gguf.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

namespace tenon::cli {

namespace {

namespace fs = std::filesystem;

constexpr size_t most_bytes = size_t{512} << 20;

// What a tokenizer is read from, and what is read beside it.
constexpr std::string_view vocabularies[] = {
    "tokenizer.json",          "tokenizer.model",    "spiece.model",
    "sentencepiece.bpe.model", "vocab.json",         "vocab.txt",
    "r50k_base.tiktoken",      "p50k_base.tiktoken", "p50k_edit.tiktoken",
    "cl100k_base.tiktoken",    "o200k_base.tiktoken"};
constexpr std::string_view companions[] = {
    "merges.txt",  "added_tokens.json",   "tokenizer_config.json", "special_tokens_map.json",
    "config.json", "chat_template.jinja", "generation_config.json"};

Result<std::string> read_front(const fs::path& path, size_t bytes) {
  std::ifstream file(path, std::ios::binary);
  std::string text(bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(bytes));
  if (file.bad() || (!file && file.gcount() == 0 && bytes > 0)) {
    return invalid("{}: cannot be read", path.string());
  }
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

Result<std::string> read_whole(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return invalid("{}: {}", path.string(), error.message());
  if (size > most_bytes)
    return invalid("{}: {} bytes, most is {}", path.string(), size, most_bytes);
  return read_front(path, size);
}

// What stands before the weights: as much of the file as its header needs.
Result<std::string> gguf_header(const fs::path& path) {
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  if (error) return invalid("{}: {}", path.string(), error.message());
  for (uint64_t bytes = uint64_t{1} << 20;; bytes *= 4) {
    bytes = std::min<uint64_t>(std::min<uint64_t>(bytes, size), most_bytes);
    TENON_TRY_ASSIGN(std::string text, read_front(path, bytes));
    const auto header = gguf::read_header(text, size);
    if (header.ok() && header->bytes <= text.size()) {
      text.resize(header->bytes);
      return text;
    }
    if (bytes == size || bytes == most_bytes) {
      return header.ok() ? corrupt("{}: the header is longer than the file", path.string())
                         : header.status().at(path.string());
    }
  }
}

Result<TokenizerFiles> from_builtin(std::string_view name) {
  TENON_TRY_ASSIGN(const auto model, builtin_model(name));
  const std::string_view bytes(reinterpret_cast<const char*>(model.data()), model.size());
  TENON_TRY_ASSIGN(const gguf::Header header, gguf::read_header(bytes, bytes.size()));
  return TokenizerFiles{{{"header.gguf", std::string(bytes.substr(0, header.bytes))}}};
}

Status add_present(const fs::path& folder, std::span<const std::string_view> names,
                   TokenizerFiles& files) {
  for (const std::string_view name : names) {
    const fs::path path = folder / name;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) continue;
    TENON_TRY_ASSIGN(std::string bytes, read_whole(path));
    files.parts.push_back({std::string(name), std::move(bytes)});
  }
  return {};
}

// The only GGUF file of a directory, or nothing.
std::optional<fs::path> lone_gguf(const fs::path& folder) {
  std::optional<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".gguf") continue;
    if (found) return std::nullopt;
    found = entry.path();
  }
  return found;
}

Result<TokenizerFiles> from_directory(const fs::path& folder) {
  TokenizerFiles files;
  TENON_TRY(add_present(folder, vocabularies, files));
  if (files.parts.empty()) {
    if (const auto gguf = lone_gguf(folder)) {
      TENON_TRY_ASSIGN(std::string header, gguf_header(*gguf));
      files.parts.push_back({"header.gguf", std::move(header)});
    }
  }
  if (files.parts.empty()) {
    return invalid(
        "{}: no tokenizer is there, expected tokenizer.json, tokenizer.model, "
        "vocab.txt, vocab.json with merges.txt, or a GGUF file",
        folder.string());
  }
  TENON_TRY(add_present(folder, companions, files));
  return files;
}

// The name under which a file of a tokenizer is read, by what it is called; empty: it is none.
std::string vocabulary_name(const fs::path& path) {
  const std::string name = path.filename().string();
  if (std::ranges::find(vocabularies, name) != std::end(vocabularies)) return name;
  if (path.extension() == ".model") return "tokenizer.model";
  if (name.ends_with("tokenizer.json")) return "tokenizer.json";
  if (name.ends_with("vocab.txt")) return "vocab.txt";
  return {};
}

}  // namespace

std::vector<tenon_part> TokenizerFiles::views() const {
  std::vector<tenon_part> rows;
  for (const Part& part : parts) {
    rows.push_back({to_str(part.name), part.bytes.data(), part.bytes.size()});
  }
  return rows;
}

Result<TokenizerFiles> tokenizer_files(const std::string& path) {
  if (path.starts_with(builtin_prefix)) return from_builtin(path);
  std::error_code error;
  if (fs::is_directory(path, error)) return from_directory(path);
  if (!fs::is_regular_file(path, error)) return invalid("{}: there is no such file", path);
  const fs::path file(path);
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  TENON_TRY_ASSIGN(const std::string magic, read_front(file, 4));
  if (magic == "GGUF") {
    TENON_TRY_ASSIGN(std::string header, gguf_header(file));
    return TokenizerFiles{{{"header.gguf", std::move(header)}}};
  }
  const std::string name = vocabulary_name(file);
  if (name.empty()) return from_directory(folder);
  TokenizerFiles files;
  TENON_TRY_ASSIGN(std::string bytes, read_whole(file));
  files.parts.push_back({name, std::move(bytes)});
  TENON_TRY(add_present(folder, companions, files));
  return files;
}

}  // namespace tenon::cli
