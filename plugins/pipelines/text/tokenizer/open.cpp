// SPDX-License-Identifier: Apache-2.0
#include "tokenizer.h"
#include "tokenizer/readers.h"
#include "tokenizer/special.h"

#include <array>

namespace tenon::text {
namespace {

constexpr std::array<std::string_view, 3> sentencepiece_files = {"tokenizer.model", "spiece.model",
                                                                 "sentencepiece.bpe.model"};
constexpr std::array<std::string_view, 5> encodings = {"r50k_base", "p50k_base", "p50k_edit",
                                                       "cl100k_base", "o200k_base"};

Result<Parts> named(Result<Parts> parts, std::string_view file) {
  if (!parts.ok()) return parts.status().at(file);
  if (*parts) (*parts)->file = file;
  return parts;
}

// What the configuration of a SentencePiece model says about it, and what it says by silence.
Status add_sentencepiece_config(const Files& files, TokenizerParts& parts) {
  const auto text = files.read("tokenizer_config.json");
  Json config;
  if (text) {
    Result<Json> json = parse_config(*text);
    if (!json.ok()) return json.status().at("tokenizer_config.json");
    config = std::move(*json);
  }
  const bool t5 = config.text("tokenizer_class").starts_with("T5") || files.read("spiece.model");
  const bool bos = config.boolean("add_bos_token", !t5);
  const bool eos = config.boolean("add_eos_token", t5);
  put_around(parts, bos ? parts.special.bos : std::nullopt, eos ? parts.special.eos : std::nullopt);
  return {};
}

Result<bool> lowers_case(const Files& files) {
  const auto text = files.read("tokenizer_config.json");
  if (!text) return true;
  const Result<Json> json = parse_config(*text);
  if (!json.ok()) return json.status().at("tokenizer_config.json");
  return json->boolean("do_lower_case", true);
}

// The first of the files that is there; null when none is.
Result<Parts> read_first(const Files& files) {
  if (const auto header = files.read("header.gguf")) {
    TENON_TRY_ASSIGN(Parts parts, named(read_gguf(*header), "header.gguf"));
    if (parts) return parts;
  }
  if (const auto json = files.read("tokenizer.json")) {
    return named(read_tokenizer_json(*json), "tokenizer.json");
  }
  for (const std::string_view name : sentencepiece_files) {
    const auto bytes = files.read(name);
    if (!bytes) continue;
    TENON_TRY_ASSIGN(Parts parts, named(read_sentencepiece(*bytes), name));
    TENON_TRY(add_sentencepiece_config(files, *parts));
    return parts;
  }
  const auto vocabulary = files.read("vocab.json");
  const auto merges = files.read("merges.txt");
  if (vocabulary && merges) return named(read_merges(*vocabulary, *merges), "vocab.json");
  if (const auto words = files.read("vocab.txt")) {
    TENON_TRY_ASSIGN(const bool lower, lowers_case(files));
    return named(read_word_list(*words, lower), "vocab.txt");
  }
  for (const std::string_view encoding : encodings) {
    const std::string name = fmt::format("{}.tiktoken", encoding);
    if (const auto text = files.read(name)) return named(read_tiktoken(*text, encoding), name);
  }
  return Parts();
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> open_tokenizer(const Files& files) {
  TENON_TRY_ASSIGN(Parts parts, read_first(files));
  if (!parts) {
    return invalid(
        "the model brings no tokenizer: no vocabulary in a GGUF file, and none of tokenizer.json, "
        "tokenizer.model, spiece.model, sentencepiece.bpe.model, vocab.json with merges.txt, "
        "vocab.txt and *.tiktoken beside it");
  }
  TENON_TRY(add_special_ids(files, *parts));
  add_end_tokens(*parts);
  return std::make_unique<Tokenizer>(std::move(parts));
}

}  // namespace tenon::text
