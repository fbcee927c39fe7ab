// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/readers.h"

#include <algorithm>
#include <cmath>

namespace tenon::text {
namespace {

// Old files do not say what they are.
std::string_view type_of(const Json& model) {
  if (model.find("type") != nullptr) return model.text("type");
  const Json* vocab = model.find("vocab");
  if (vocab != nullptr && vocab->is_array()) return "Unigram";
  if (model.find("merges") != nullptr) return "BPE";
  return model.find("max_input_chars_per_word") != nullptr ? "WordPiece" : "WordLevel";
}

Status read_ids(const Json& vocab, Vocabulary& vocabulary) {
  for (const Json::Member& member : vocab.members()) {
    const auto id = member.value.integer();
    if (!id || *id < 0 || *id >= Vocabulary::most_tokens) {
      return invalid("vocab: \"{}\": expected an id from 0 to {}", member.name.substr(0, 100),
                     Vocabulary::most_tokens - 1);
    }
    if (Status status = vocabulary.add(static_cast<int32_t>(*id), member.name); !status.ok()) {
      return status.at("vocab");
    }
  }
  return {};
}

Status read_scores(const Json& vocab, Vocabulary& vocabulary) {
  for (const Json& item : vocab.array_items()) {
    const Json::Array& pair = item.array_items();
    const bool sound = pair.size() == 2 && pair[0].text() && pair[1].number();
    if (!sound || !std::isfinite(*pair[1].number())) {
      return invalid("vocab[{}]: expected [text, number]", vocabulary.size());
    }
    if (Status status = vocabulary.add(vocabulary.size(), *pair[0].text(), TokenKind::normal,
                                       *pair[1].number());
        !status.ok()) {
      return status.at("vocab");
    }
  }
  return {};
}

// "left right". Where tokens have spaces themselves, the place at which both sides are tokens.
Result<MergeRule> cut_merge(std::string_view text, const Vocabulary& vocabulary) {
  const size_t first = text.find(' ', 1);
  if (first == std::string_view::npos)
    return invalid("\"{}\": no space in it", text.substr(0, 100));
  size_t place = first;
  for (size_t at = first; at != std::string_view::npos && at < 4 * Vocabulary::most_bytes;
       at = text.find(' ', at + 1)) {
    if (!vocabulary.find(text.substr(0, at)) || !vocabulary.find(text.substr(at + 1))) continue;
    place = at;
    break;
  }
  return MergeRule{std::string(text.substr(0, place)), std::string(text.substr(place + 1))};
}

Result<MergeRule> read_merge(const Json& json, const Vocabulary& vocabulary) {
  if (const auto text = json.text()) return cut_merge(*text, vocabulary);
  const Json::Array& pair = json.array_items();
  if (pair.size() != 2 || !pair[0].text() || !pair[1].text()) {
    return invalid("{}, expected \"left right\" or [left, right]", json.kind());
  }
  return MergeRule{std::string(*pair[0].text()), std::string(*pair[1].text())};
}

// The id of a token that the model names; nothing when it names none.
Result<std::optional<int32_t>> named(const Json& json, std::string_view member,
                                     const Vocabulary& vocabulary) {
  const Json* name = json.find(member);
  if (name == nullptr || !name->text()) return std::optional<int32_t>();
  const auto id = vocabulary.find(*name->text());
  if (!id)
    return invalid("{}: \"{}\" is not in the vocabulary", member, name->text()->substr(0, 100));
  return id;
}

Result<Model> read_byte_pairs(const Json& json, const TokenizerParts& parts) {
  BytePairs wanted;
  const Json::Array& merges = json.array("merges");
  if (merges.size() > BytePairs::most_merges) {
    return invalid("{} merges, at most {} are read", merges.size(), BytePairs::most_merges);
  }
  wanted.merges.reserve(merges.size());
  for (size_t i = 0; i < merges.size(); ++i) {
    Result<MergeRule> rule = read_merge(merges[i], parts.vocabulary);
    if (!rule.ok()) return rule.status().at(fmt::format("merges[{}]", i));
    wanted.merges.push_back(std::move(*rule));
  }
  TENON_TRY_ASSIGN(wanted.unknown, named(json, "unk_token", parts.vocabulary));
  wanted.continuing_prefix = json.text("continuing_subword_prefix");
  wanted.word_suffix = json.text("end_of_word_suffix");
  wanted.fuse_unknown = json.boolean("fuse_unk", false);
  wanted.byte_fallback = json.boolean("byte_fallback", false);
  wanted.whole_pieces = json.boolean("ignore_merges", false);
  wanted.skip_unknown_merges = wanted.whole_pieces;
  return byte_pairs(parts.vocabulary, std::move(wanted));
}

Result<Model> read_unigram(const Json& json, TokenizerParts& parts) {
  Unigram wanted;
  const int64_t unknown = json.integer("unk_id", -1);
  if (unknown >= parts.vocabulary.size()) {
    return invalid("unk_id {}, but there are {} tokens", unknown, parts.vocabulary.size());
  }
  if (unknown >= 0) {
    wanted.unknown = static_cast<int32_t>(unknown);
    // Scores count tokens of kind normal only, and this one is none of a text.
    if (parts.vocabulary.kind(*wanted.unknown) == TokenKind::normal) {
      parts.vocabulary.set_kind(*wanted.unknown, TokenKind::unknown);
    }
  }
  if (json.boolean("byte_fallback", false)) {
    wanted.bytes = byte_tokens(parts.vocabulary);
    if (!wanted.bytes) return invalid("byte_fallback wants 256 tokens from <0x00> to <0xFF>");
  }
  return unigram(parts.vocabulary, std::move(wanted));
}

}  // namespace

Status read_vocabulary(const Json& json, Vocabulary& vocabulary) {
  const Json* vocab = json.find("vocab");
  const bool scores = type_of(json) == "Unigram";
  if (vocab == nullptr || !(scores ? vocab->is_array() : vocab->is_object())) {
    return invalid("vocab: {}, expected {}", vocab == nullptr ? "none" : vocab->kind(),
                   scores ? "an array" : "an object");
  }
  vocabulary.expect(1 + vocab->members().size() + vocab->array_items().size());
  if (scores) return read_scores(*vocab, vocabulary);
  return read_ids(*vocab, vocabulary);
}

Result<Model> read_model(const Json& json, TokenizerParts& parts) {
  const std::string_view type = type_of(json);
  if (type == "BPE") return read_byte_pairs(json, parts);
  if (type == "Unigram") return read_unigram(json, parts);
  if (type == "WordPiece") {
    WordPieces wanted;
    TENON_TRY_ASSIGN(wanted.unknown, named(json, "unk_token", parts.vocabulary));
    wanted.continuing_prefix = json.text("continuing_subword_prefix", "##");
    wanted.most_characters =
        static_cast<size_t>(std::max<int64_t>(0, json.integer("max_input_chars_per_word", 100)));
    return word_pieces(parts.vocabulary, std::move(wanted));
  }
  if (type == "WordLevel") {
    TENON_TRY_ASSIGN(const auto unknown, named(json, "unk_token", parts.vocabulary));
    return whole_words(parts.vocabulary, unknown);
  }
  return unsupported("type \"{}\"; known are BPE, Unigram, WordLevel, WordPiece",
                     type.substr(0, 100));
}

}  // namespace tenon::text
