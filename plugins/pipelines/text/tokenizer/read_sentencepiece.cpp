// SPDX-License-Identifier: Apache-2.0
#include "tenon/protobuf.h"
#include "tokenizer/readers.h"

#include <cmath>

namespace tenon::text {
namespace {

using protobuf::Field;
using protobuf::Message;

constexpr int64_t unigram_type = 1;
constexpr int64_t bpe_type = 2;

// What the messages of a model say, with the defaults of the format.
struct ModelFile {
  std::vector<std::string> symbols;  // user-defined
  std::string charsmap;
  int64_t type = unigram_type;
  int64_t unk = 0;
  int64_t bos = 1;
  int64_t eos = 2;
  int64_t pad = -1;
  bool byte_fallback = false;
  bool suffix = false;
  bool dummy_prefix = true;
  bool collapse_spaces = true;
  bool mark_spaces = true;
  std::string unk_surface = " \xE2\x81\x87 ";
  int unknown_pieces = 0;
};

// Calls visit(field, message) for every field.
template <class Visit>
Status each_field(Message message, Visit&& visit) {
  for (Field field;;) {
    TENON_TRY_ASSIGN(const bool more, message.next(field));
    if (!more) return {};
    TENON_TRY(visit(field, message));
  }
}

Status set(bool& flag, const Field& field, const Message& message) {
  TENON_TRY_ASSIGN(const int64_t value, message.integer(field));
  flag = value != 0;
  return {};
}

Status set(int64_t& number, const Field& field, const Message& message) {
  TENON_TRY_ASSIGN(number, message.integer(field));
  return {};
}

Status set(std::string& text, const Field& field, const Message& message) {
  TENON_TRY_ASSIGN(const std::string_view value, message.text(field));
  text = value;
  return {};
}

Result<TokenKind> kind_of(int64_t type) {
  constexpr TokenKind kinds[] = {TokenKind::normal,       TokenKind::unknown, TokenKind::control,
                                 TokenKind::user_defined, TokenKind::unused,  TokenKind::byte};
  if (type < 1 || type > 6) return corrupt("type {}, expected 1 to 6", type);
  return kinds[type - 1];
}

Status read_piece(const Message& message, ModelFile& file, Vocabulary& vocabulary) {
  std::string text;
  float score = 0;
  int64_t type = 1;
  TENON_TRY(each_field(message, [&](const Field& field, const Message& in) -> Status {
    if (field.number == 1) return set(text, field, in);
    if (field.number == 3) return set(type, field, in);
    if (field.number != 2) return {};
    TENON_TRY_ASSIGN(score, in.real(field));
    return {};
  }));
  const int32_t id = vocabulary.size();
  TENON_TRY_ASSIGN(const TokenKind kind, kind_of(type));
  if (text.empty() || !is_utf8(text)) return corrupt("piece {}: empty or no UTF-8", id);
  if (!std::isfinite(score)) return corrupt("piece {}: its score is not finite", id);
  if (vocabulary.find(text))
    return corrupt("piece {}: \"{}\" is there twice", id, text.substr(0, 100));
  if (kind == TokenKind::byte && !byte_of_spelling(text)) {
    return corrupt("piece {}: \"{}\" stands for no byte", id, text.substr(0, 100));
  }
  if (kind == TokenKind::user_defined) file.symbols.push_back(text);
  if (kind == TokenKind::unknown) ++file.unknown_pieces;
  return vocabulary.add(id, text, kind, score);
}

Status read_trainer(const Message& message, ModelFile& file) {
  return each_field(message, [&](const Field& field, const Message& in) -> Status {
    switch (field.number) {
      case 3:
        return set(file.type, field, in);
      case 24:
        return set(file.suffix, field, in);
      case 35:
        return set(file.byte_fallback, field, in);
      case 40:
        return set(file.unk, field, in);
      case 41:
        return set(file.bos, field, in);
      case 42:
        return set(file.eos, field, in);
      case 43:
        return set(file.pad, field, in);
      case 44:
        return set(file.unk_surface, field, in);
      default:
        return {};
    }
  });
}

Status read_normalizer_spec(const Message& message, ModelFile& file) {
  return each_field(message, [&](const Field& field, const Message& in) -> Status {
    switch (field.number) {
      case 2:
        return set(file.charsmap, field, in);
      case 3:
        return set(file.dummy_prefix, field, in);
      case 4:
        return set(file.collapse_spaces, field, in);
      case 5:
        return set(file.mark_spaces, field, in);
      default:
        return {};
    }
  });
}

Status read_file(std::string_view bytes, ModelFile& file, Vocabulary& vocabulary) {
  return each_field(
      Message("model", bytes, bytes.data()), [&](const Field& field, const Message& in) -> Status {
        if (field.number < 1 || field.number > 3) return {};
        constexpr std::string_view names[] = {"piece", "trainer", "normalizer"};
        TENON_TRY_ASSIGN(const Message message, in.message(field, names[field.number - 1]));
        if (field.number == 1) return read_piece(message, file, vocabulary);
        if (field.number == 2) return read_trainer(message, file);
        return read_normalizer_spec(message, file);
      });
}

Status check(const ModelFile& file, const Vocabulary& vocabulary) {
  if (vocabulary.size() == 0) return corrupt("no pieces");
  if (file.unknown_pieces != 1) {
    return corrupt("{} pieces of type unknown, expected 1", file.unknown_pieces);
  }
  for (const int64_t id : {file.unk, file.bos, file.eos, file.pad}) {
    if (id < -1 || id >= vocabulary.size()) {
      return corrupt("special id {}, but there are {} pieces", id, vocabulary.size());
    }
  }
  if (file.unk < 0 || vocabulary.kind(static_cast<int32_t>(file.unk)) != TokenKind::unknown) {
    return corrupt("unk_id {} is not the piece of type unknown", file.unk);
  }
  if (!is_utf8(file.unk_surface)) return corrupt("unk_surface is no UTF-8");
  return {};
}

std::optional<int32_t> id_of(int64_t id) {
  if (id < 0) return std::nullopt;
  return static_cast<int32_t>(id);
}

Result<Model> model_of(const ModelFile& file, const Vocabulary& vocabulary) {
  std::optional<std::vector<int32_t>> bytes;
  if (file.byte_fallback) {
    bytes = byte_tokens(vocabulary);
    if (!bytes) return corrupt("byte_fallback wants 256 pieces from <0x00> to <0xFF>");
  }
  if (file.type == unigram_type) {
    return unigram(vocabulary, {.precision = Unigram::Precision::single,
                                .unknown = id_of(file.unk),
                                .bytes = bytes,
                                .symbols_score = true});
  }
  if (file.type != bpe_type) {
    return unsupported("model_type {}; known are unigram (1) and BPE (2)", file.type);
  }
  SpelledPairs wanted;
  wanted.order = [&vocabulary](int32_t id) { return -vocabulary.score(id); };
  wanted.joins = [&vocabulary](int32_t id) {
    const TokenKind kind = vocabulary.kind(id);
    return kind == TokenKind::normal || kind == TokenKind::user_defined ||
           kind == TokenKind::unused;
  };
  wanted.frozen = file.symbols;
  wanted.bytes = std::move(bytes);
  wanted.unknown = id_of(file.unk);
  wanted.split_unused = true;
  return spelled_pairs(vocabulary, std::move(wanted));
}

// Control tokens are found in texts that may spell them.
AddedTokens control_tokens(const Vocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.kind(id) != TokenKind::control) continue;
    tokens.push_back({.id = id, .spelling = std::string(vocabulary.spelling(id)), .special = true});
  }
  return AddedTokens(std::move(tokens));
}

}  // namespace

Result<Parts> read_sentencepiece(std::string_view bytes) {
  if (bytes.size() > most_file) {
    return invalid("{} bytes, at most {} are read", bytes.size(), most_file);
  }
  auto parts = std::make_unique<TokenizerParts>();
  ModelFile file;
  TENON_TRY(read_file(bytes, file, parts->vocabulary));
  TENON_TRY(check(file, parts->vocabulary));
  TENON_TRY_ASSIGN(parts->model, model_of(file, parts->vocabulary));
  TENON_TRY_ASSIGN(Charsmap map, Charsmap::read(file.charsmap));
  parts->added = control_tokens(parts->vocabulary);
  parts->normalizers.push_back(sentencepiece_text({.map = std::move(map),
                                                   .symbols = file.symbols,
                                                   .dummy_prefix = file.dummy_prefix,
                                                   .collapse_spaces = file.collapse_spaces,
                                                   .mark_spaces = file.mark_spaces,
                                                   .space_behind = file.suffix}));
  const bool drops = file.dummy_prefix || file.collapse_spaces;
  DecodeStep decode =
      plain_text_step(file.collapse_spaces ? every_space : static_cast<size_t>(drops));
  decode.content = file.unk_surface;
  parts->decoders = {decode};
  parts->special.unk = id_of(file.unk);
  parts->special.bos = id_of(file.bos);
  parts->special.eos = id_of(file.eos);
  parts->special.pad = id_of(file.pad);
  put_around(*parts, std::nullopt, std::nullopt);
  parts->kind = file.type == bpe_type ? "SentencePiece BPE" : "SentencePiece unigram";
  parts->file = "tokenizer.model";
  return parts;
}

}  // namespace tenon::text
