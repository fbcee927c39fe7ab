// SPDX-License-Identifier: Apache-2.0
#include "tenon/gguf.h"
#include "tokenizer/named_splits.h"
#include "tokenizer/readers.h"

#include <cmath>

namespace tenon::text {
namespace {

using gguf::Header;
using gguf::Value;

// A vocabulary on its way from keys to parts.
struct Source {
  const Header& header;
  TokenizerParts& parts;

  Result<bool> flag(std::string_view key, bool otherwise) const {
    return header.boolean(fmt::format("tokenizer.ggml.{}", key), otherwise);
  }
};

TokenKind kind_of(int64_t type) {
  switch (type) {
    case 2:
      return TokenKind::unknown;
    case 3:
      return TokenKind::control;
    case 4:
      return TokenKind::user_defined;
    case 5:
      return TokenKind::unused;
    case 6:
      return TokenKind::byte;
    default:
      return TokenKind::normal;
  }
}

// Tokens of "rwkv" are written with escapes for bytes.
std::string unescaped(std::string_view text) {
  std::string bytes;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      bytes += text[at];
      continue;
    }
    const char what = text[++at];
    const std::string_view digits = text.substr(at + 1, 2);
    const bool hex = what == 'x' && digits.size() == 2 &&
                     digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    if (hex) {
      bytes += static_cast<char>(std::stoi(std::string(digits), nullptr, 16));
      at += 2;
    } else {
      bytes += what == 'n' ? '\n' : what == 't' ? '\t' : what == 'r' ? '\r' : what;
    }
  }
  return bytes;
}

Status read_tokens(const Source& source, bool escaped) {
  const Value* tokens = source.header.find("tokenizer.ggml.tokens");
  if (tokens == nullptr || !tokens->is_array) return corrupt("tokenizer.ggml.tokens: no array");
  const std::vector<std::string_view> texts = tokens->texts();
  if (texts.empty()) return corrupt("tokenizer.ggml.tokens: no texts");
  const Value* scores = source.header.find("tokenizer.ggml.scores");
  const Value* types = source.header.find("tokenizer.ggml.token_type");
  for (size_t i = 0; i < texts.size(); ++i) {
    double score = scores == nullptr ? 0 : scores->number_at(i).value_or(0);
    if (!std::isfinite(score)) score = 0;
    const int64_t type = types == nullptr ? 1 : types->integer_at(i).value_or(1);
    if (Status status = source.parts.vocabulary.add(
            static_cast<int32_t>(i), escaped ? unescaped(texts[i]) : std::string(texts[i]),
            kind_of(type), score);
        !status.ok()) {
      return status.at("tokenizer.ggml.tokens");
    }
  }
  return {};
}

// Tokens that are found in a text as they are spelled.
AddedTokens added_tokens(const Vocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    const TokenKind kind = vocabulary.kind(id);
    const bool special = kind == TokenKind::control || kind == TokenKind::unknown;
    if (!special && kind != TokenKind::user_defined) continue;
    tokens.push_back(
        {.id = id, .spelling = std::string(vocabulary.spelling(id)), .special = special});
  }
  return AddedTokens(std::move(tokens));
}

Result<std::vector<MergeRule>> read_merges(const Header& header) {
  std::vector<MergeRule> rules;
  const Value* merges = header.find("tokenizer.ggml.merges");
  if (merges == nullptr) return rules;
  for (const std::string_view text : merges->texts()) {
    const size_t space = text.find(' ', 1);
    if (space == std::string_view::npos) {
      return corrupt("tokenizer.ggml.merges[{}]: no space in it", rules.size());
    }
    rules.push_back({std::string(text.substr(0, space)), std::string(text.substr(space + 1))});
  }
  return rules;
}

// Ids of special tokens: those of the keys, else those that the kind of model is known to have.
struct SpecialDefaults {
  std::optional<int32_t> bos = {};
  std::optional<int32_t> eos = {};
  std::optional<int32_t> unk = {};
  std::optional<int32_t> sep = {};
  std::optional<int32_t> pad = {};
  std::optional<int32_t> cls = {};
  std::optional<int32_t> mask = {};
};

Result<std::optional<int32_t>> special_id(const Source& source, std::string_view name,
                                          std::optional<int32_t> otherwise) {
  const std::string key = fmt::format("tokenizer.ggml.{}_token_id", name);
  TENON_TRY_ASSIGN(const int64_t id, source.header.integer(key, otherwise.value_or(-1)));
  // Files say -1 or 2^32 - 1 for a token that there is not.
  if (id < 0 || id >= source.parts.vocabulary.size()) return std::optional<int32_t>();
  return std::optional(static_cast<int32_t>(id));
}

Status read_special(const Source& source, const SpecialDefaults& usual) {
  SpecialIds& special = source.parts.special;
  TENON_TRY_ASSIGN(special.bos, special_id(source, "bos", usual.bos));
  TENON_TRY_ASSIGN(special.eos, special_id(source, "eos", usual.eos));
  TENON_TRY_ASSIGN(special.unk, special_id(source, "unknown", usual.unk));
  TENON_TRY_ASSIGN(special.sep, special_id(source, "seperator", usual.sep));
  TENON_TRY_ASSIGN(special.pad, special_id(source, "padding", usual.pad));
  TENON_TRY_ASSIGN(special.cls, special_id(source, "cls", usual.cls));
  TENON_TRY_ASSIGN(special.mask, special_id(source, "mask", usual.mask));
  for (const std::string_view name : {"eot", "eom"}) {
    TENON_TRY_ASSIGN(const auto id, special_id(source, name, std::nullopt));
    if (id) special.end.push_back(*id);
  }
  return {};
}

Status put_around(const Source& source, bool bos, bool eos) {
  TENON_TRY_ASSIGN(const bool before, source.flag("add_bos_token", bos));
  TENON_TRY_ASSIGN(const bool after, source.flag("add_eos_token", eos));
  put_around(source.parts, before ? source.parts.special.bos : std::nullopt,
             after ? source.parts.special.eos : std::nullopt);
  return {};
}

// "llama": SentencePiece BPE.
Status read_spm(const Source& source) {
  TokenizerParts& parts = source.parts;
  const Vocabulary& vocabulary = parts.vocabulary;
  TENON_TRY(read_special(source, {.bos = 1, .eos = 2, .unk = 0}));
  TENON_TRY_ASSIGN(const bool prefix, source.flag("add_space_prefix", true));
  if (prefix) parts.normalizers.push_back(begun_with(" "));
  parts.normalizers.push_back(replaced(" ", std::string(space_mark)));
  SpelledPairs wanted;
  wanted.order = [&vocabulary](int32_t id) { return -vocabulary.score(id); };
  wanted.joins = [](int32_t) { return true; };
  wanted.bytes = byte_tokens(vocabulary);
  wanted.unknown = parts.special.unk;
  TENON_TRY_ASSIGN(parts.model, spelled_pairs(vocabulary, std::move(wanted)));
  parts.decoders = {plain_text_step(prefix ? 1 : 0)};
  parts.kind = "SentencePiece BPE";
  return put_around(source, true, false);
}

// "gpt2": byte-level BPE; "gemma4": BPE of characters.
Status read_bpe(const Source& source, std::string_view otherwise) {
  TokenizerParts& parts = source.parts;
  TENON_TRY_ASSIGN(const std::string_view name,
                   source.header.text("tokenizer.ggml.pre", otherwise));
  TENON_TRY_ASSIGN(const NamedSplit split, named_split(name));
  TENON_TRY(read_special(source, {.bos = 11, .eos = 11}));
  const bool marks = split.pieces == NamedSplit::Pieces::marks;
  if (marks) parts.normalizers = {replaced(" ", std::string(space_mark))};
  TENON_TRY_ASSIGN(const bool prefix, source.flag("add_space_prefix", false));
  if (prefix) parts.splits = {with_space_before()};
  TENON_TRY_ASSIGN(const std::vector<SplitStep> steps, steps_of(split));
  parts.splits.insert(parts.splits.end(), steps.begin(), steps.end());
  BytePairs wanted;
  TENON_TRY_ASSIGN(wanted.merges, read_merges(source.header));
  wanted.whole_pieces = split.whole_pieces;
  wanted.skip_unknown_merges = true;
  wanted.byte_fallback = marks;
  wanted.unknown = marks ? parts.special.unk : std::nullopt;
  TENON_TRY_ASSIGN(parts.model, byte_pairs(parts.vocabulary, std::move(wanted)));
  DecodeStep bytes;
  bytes.kind = DecodeStep::Kind::bytes;
  parts.decoders = {marks ? plain_text_step(0) : bytes};
  parts.kind = marks ? "BPE" : "byte-level BPE";
  return put_around(source, split.around != NamedSplit::Around::nothing,
                    split.around == NamedSplit::Around::bos_and_eos);
}

// "bert": WordPiece.
Status read_bert(const Source& source) {
  TokenizerParts& parts = source.parts;
  TENON_TRY(read_special(source,
                         {.bos = 101, .unk = 100, .sep = 102, .pad = 0, .cls = 101, .mask = 103}));
  TENON_TRY_ASSIGN(const bool lower, source.flag("normalizer.lowercase", true));
  TENON_TRY_ASSIGN(const bool strip, source.flag("normalizer.strip_accents", lower));
  parts.normalizers = {bert_text({.strip_accents = strip, .lower_case = lower})};
  parts.splits = {split_at(is_white_space, Separator::removed),
                  split_at(is_bert_punctuation, Separator::isolated)};
  TENON_TRY_ASSIGN(parts.model,
                   word_pieces(parts.vocabulary, {.first_prefix = std::string(space_mark),
                                                  .continuing_prefix = "",
                                                  .unknown = parts.special.unk}));
  const SpecialIds& special = parts.special;
  if (special.cls && special.sep) put_bert_around(parts, *special.cls, *special.sep);
  DecodeStep words;
  words.kind = DecodeStep::Kind::word_starts;
  words.text = space_mark;
  parts.decoders = {words};
  parts.kind = "WordPiece";
  return {};
}

// "t5": SentencePiece unigram.
Status read_unigram(const Source& source) {
  TokenizerParts& parts = source.parts;
  TENON_TRY(read_special(source, {.eos = 1, .unk = 2, .pad = 0}));
  SentencePieceText text;
  TENON_TRY_ASSIGN(text.dummy_prefix, source.flag("add_space_prefix", true));
  TENON_TRY_ASSIGN(text.collapse_spaces, source.flag("remove_extra_whitespaces", true));
  const Value* map = source.header.find("tokenizer.ggml.precompiled_charsmap");
  if (map != nullptr && map->is_array && gguf::bytes_of(map->type) == 1) {
    TENON_TRY_ASSIGN(text.map, Charsmap::read(map->bytes));
  }
  const bool prefix = text.dummy_prefix;
  const Vocabulary& vocabulary = parts.vocabulary;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.kind(id) == TokenKind::user_defined) {
      text.symbols.emplace_back(vocabulary.spelling(id));
    }
  }
  parts.normalizers = {sentencepiece_text(std::move(text))};
  Unigram wanted;
  wanted.unknown = parts.special.unk;
  wanted.bytes = byte_tokens(vocabulary);
  TENON_TRY_ASSIGN(parts.model, unigram(vocabulary, std::move(wanted)));
  parts.decoders = {plain_text_step(prefix ? 1 : 0)};
  parts.kind = "SentencePiece unigram";
  return put_around(source, false, true);
}

Status read_world(const Source& source) {
  TENON_TRY(read_special(source, {}));
  TENON_TRY_ASSIGN(source.parts.model, longest_matches(source.parts.vocabulary));
  source.parts.kind = "longest matches";
  return put_around(source, false, false);
}

Status read_kind(const Source& source, std::string_view model) {
  if (model == "llama") return read_spm(source);
  if (model == "gpt2") return read_bpe(source, "default");
  if (model == "gemma4") return read_bpe(source, "gemma4");
  if (model == "bert") return read_bert(source);
  if (model == "t5") return read_unigram(source);
  if (model == "rwkv") return read_world(source);
  return unsupported(
      "tokenizer.ggml.model \"{}\" is not known; known are bert, gemma4, gpt2, llama, rwkv, t5",
      model.substr(0, 100));
}

}  // namespace

Result<Parts> read_gguf(std::string_view bytes) {
  TENON_TRY_ASSIGN(const Header header, gguf::read_header(bytes, gguf::unknown_size));
  const Value* model = header.find("tokenizer.ggml.model");
  const Value* other = header.find("tokenizer.huggingface.json");
  const std::string_view name = model == nullptr ? "" : model->text().value_or("");
  if (name.empty() || name == "none" || name == "no_vocab") {
    if (other != nullptr && other->text()) return read_tokenizer_json(*other->text());
    return Parts();
  }
  auto parts = std::make_unique<TokenizerParts>();
  const Source source{header, *parts};
  TENON_TRY(read_tokens(source, name == "rwkv"));
  parts->added = added_tokens(parts->vocabulary);
  TENON_TRY(read_kind(source, name));
  parts->file = "header.gguf";
  return parts;
}

}  // namespace tenon::text
