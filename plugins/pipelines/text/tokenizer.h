// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Texts to token ids and back, as a model's own files say: tokenizer.json, SentencePiece models,
// GGUF vocabularies, WordPiece lists, vocab.json with merges.txt and tiktoken files. A Tokenizer
// does not change once it is open. [any thread]; a Detokenizer belongs to one thread.
namespace tenon::text {

// The files of one model, by the names they have beside it. "header.gguf" is what stands before
// the weights of a GGUF file.
class Files {
 public:
  virtual ~Files() = default;
  // Nothing when there is no such file.
  virtual std::optional<std::string> read(std::string_view name) const = 0;
};

struct EncodeOptions {
  // Adds what the model wants around a text: a token that begins it, one that ends it.
  bool special = true;
  // Finds control tokens that are spelled in the text. Off for what strangers write.
  bool parse_special = true;
};

struct DecodeOptions {
  // Prints control tokens as they are spelled; otherwise they print nothing.
  bool special = false;
};

// A text of two parts, such as a question and a passage. types[i]: which part ids[i] belongs to.
struct Encoding {
  std::vector<int32_t> ids;
  std::vector<int32_t> types;
};

struct SpecialIds {
  std::optional<int32_t> bos;
  std::optional<int32_t> eos;
  std::optional<int32_t> pad;
  std::optional<int32_t> unk;
  std::optional<int32_t> mask;
  std::optional<int32_t> cls;
  std::optional<int32_t> sep;
  std::vector<int32_t> end;  // tokens that end a generated text, sorted; eos is among them
};

struct TokenizerParts;

class Tokenizer {
 public:
  explicit Tokenizer(std::unique_ptr<const TokenizerParts> parts);
  ~Tokenizer();

  // Bytes that are not UTF-8 count as U+FFFD. Fails on texts of more than 16 MiB and when a
  // pattern of the model's files takes too long.
  Result<std::vector<int32_t>> encode(std::string_view text,
                                      const EncodeOptions& options = {}) const;
  Result<Encoding> encode_pair(std::string_view first, std::string_view second,
                               const EncodeOptions& options = {}) const;
  // The same with the types of the tokens of a single text.
  Result<Encoding> encode_single(std::string_view text, const EncodeOptions& options = {}) const;

  // Always UTF-8. Ids that do not exist print nothing.
  std::string decode(std::span<const int32_t> ids, const DecodeOptions& options = {}) const;
  // What a token prints in the middle of a text; maybe a part of a character. Control tokens as
  // they are spelled.
  std::string piece(int32_t id) const;
  // The id of a token by its spelling in the vocabulary.
  std::optional<int32_t> find(std::string_view spelling) const;
  // Its spelling; empty when there is no such id. [borrowed]
  std::string_view spelling(int32_t id) const;
  // Whether it is a control token, which prints nothing.
  bool is_special(int32_t id) const;

  // One more than the largest id.
  int32_t size() const;
  const SpecialIds& special() const;
  // For messages: "byte-level BPE of 50257 tokens from tokenizer.json".
  std::string describe() const;

  const TokenizerParts& parts() const { return *parts_; }

 private:
  std::unique_ptr<const TokenizerParts> parts_;
};

// A text that grows by tokens. What it returns is UTF-8 and together is what decode() gives;
// characters of several tokens are held back until they are whole.
class Detokenizer {
 public:
  // [borrowed]
  explicit Detokenizer(const Tokenizer& tokenizer, const DecodeOptions& options = {});
  ~Detokenizer();
  Detokenizer(Detokenizer&&) noexcept;

  // What the token adds to the text.
  std::string push(int32_t id);
  // What was held back; a broken character is U+FFFD. Begins a new text.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// From the first of these that is there: "header.gguf", "tokenizer.json", "tokenizer.model",
// "spiece.model", "sentencepiece.bpe.model", "vocab.json" with "merges.txt", "vocab.txt" and files
// "*.tiktoken". Names of special tokens come from "tokenizer_config.json",
// "special_tokens_map.json", "generation_config.json" and "config.json" where those are.
Result<std::unique_ptr<Tokenizer>> open_tokenizer(const Files& files);

}  // namespace tenon::text
