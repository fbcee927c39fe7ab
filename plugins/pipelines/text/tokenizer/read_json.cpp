// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/readers.h"

#include <algorithm>

namespace tenon::text {
namespace {

Status collect(const Json& json, std::string_view member, int depth,
               std::vector<const Json*>& items) {
  if (json.text("type") != "Sequence") {
    items.push_back(&json);
    return {};
  }
  const Json::Array& parts = json.array(member);
  if (depth == 0) return invalid("a sequence is nested more than 8 deep");
  if (parts.size() > 64) return invalid("a sequence of {}, at most 64 are read", parts.size());
  for (const Json& part : parts) TENON_TRY(collect(part, member, depth - 1, items));
  if (items.size() > 512) return invalid("more than 512 steps");
  return {};
}

Result<AddedToken> read_added_token(const Json& json) {
  AddedToken token;
  const int64_t id = json.integer("id", -1);
  if (id < 0 || id >= Vocabulary::most_tokens) {
    return invalid("id {}, expected 0 to {}", id, Vocabulary::most_tokens - 1);
  }
  token.id = static_cast<int32_t>(id);
  token.spelling = json.text("content");
  if (token.spelling.empty() || token.spelling.size() > Vocabulary::most_bytes) {
    return invalid("content of {} bytes, expected 1 to {}", token.spelling.size(),
                   Vocabulary::most_bytes);
  }
  token.special = json.boolean("special", false);
  token.single_word = json.boolean("single_word", false);
  token.strip_left = json.boolean("lstrip", false);
  token.strip_right = json.boolean("rstrip", false);
  return token;
}

// A token that the vocabulary has keeps its id.
Status enter(AddedToken& token, Vocabulary& vocabulary) {
  const TokenKind kind = token.special ? TokenKind::control : TokenKind::user_defined;
  if (const auto known = vocabulary.find(token.spelling)) {
    token.id = *known;
    vocabulary.set_kind(*known, kind);
    return {};
  }
  return vocabulary.add(token.id, token.spelling, kind);
}

std::string kind_of_model(const Json& model) {
  const std::string_view type = model.text("type");
  if (type == "Unigram") return "unigram model";
  if (type == "WordPiece") return "WordPiece";
  if (type == "WordLevel") return "list of words";
  return "BPE";
}

}  // namespace

Result<std::vector<const Json*>> flat_sequence(const Json& json, std::string_view member) {
  std::vector<const Json*> items;
  if (!json.is_null()) TENON_TRY(collect(json, member, 8, items));
  return items;
}

Status read_added_tokens(const Json& json, TokenizerParts& parts) {
  if (json.array_items().size() > AddedTokens::most_tokens) {
    return invalid("added_tokens: {}, at most {} are read", json.array_items().size(),
                   AddedTokens::most_tokens);
  }
  parts.vocabulary.expect(json.array_items().size());
  std::vector<AddedToken> plain;
  std::vector<AddedToken> normalized;
  for (size_t i = 0; i < json.array_items().size(); ++i) {
    const Json& item = json.array_items()[i];
    Result<AddedToken> token = read_added_token(item);
    Status status = token.ok() ? enter(*token, parts.vocabulary) : token.status();
    if (!status.ok()) return status.at(fmt::format("added_tokens[{}]", i));
    if (!item.boolean("normalized", false)) {
      plain.push_back(std::move(*token));
      continue;
    }
    TENON_TRY_ASSIGN(token->spelling, normalize(parts, token->spelling));
    normalized.push_back(std::move(*token));
  }
  parts.added = AddedTokens(std::move(plain));
  parts.added_normalized = AddedTokens(std::move(normalized));
  return {};
}

Result<Parts> read_tokenizer_json(std::string_view text) {
  TENON_TRY_ASSIGN(const Json json, parse_json(text, {.bytes = most_file, .depth = 32}));
  if (!json.is_object()) return corrupt("{}, expected an object", json.kind());
  const Json absent;
  const auto member = [&](std::string_view name) -> const Json& {
    const Json* found = json.find(name);
    return found != nullptr ? *found : absent;
  };
  const Json& model = member("model");
  if (!model.is_object()) return corrupt("model: {}, expected an object", model.kind());
  auto parts = std::make_unique<TokenizerParts>();
  if (Status status = read_vocabulary(model, parts->vocabulary); !status.ok()) {
    return status.at("model");
  }
  // Added tokens are compared in normalized form, and models see what kind tokens are of.
  TENON_TRY_ASSIGN(parts->normalizers, read_normalizer(member("normalizer")));
  TENON_TRY(read_added_tokens(member("added_tokens"), *parts));
  TENON_TRY_ASSIGN(parts->splits, read_pre_tokenizer(member("pre_tokenizer")));
  Result<Model> made = read_model(model, *parts);
  if (!made.ok()) return made.status().at("model");
  parts->model = std::move(*made);
  TENON_TRY(read_post_processor(member("post_processor"), *parts));
  TENON_TRY_ASSIGN(parts->decoders, read_decoder(member("decoder")));
  parts->kind = kind_of_model(model);
  parts->file = "tokenizer.json";
  return parts;
}

void put_around(TokenizerParts& parts, std::optional<int32_t> before,
                std::optional<int32_t> after) {
  const auto around = [&](LayoutItem::Kind kind, int32_t type) {
    Layout items;
    if (before) items.push_back({.ids = {*before}, .type = type});
    items.push_back({.kind = kind, .ids = {}, .type = type});
    if (after) items.push_back({.ids = {*after}, .type = type});
    return items;
  };
  parts.single = around(LayoutItem::Kind::first, 0);
  parts.pair = parts.single;
  const Layout second = around(LayoutItem::Kind::second, 1);
  parts.pair.insert(parts.pair.end(), second.begin(), second.end());
}

void put_bert_around(TokenizerParts& parts, int32_t cls, int32_t sep) {
  parts.single = {{.ids = {cls}}, {.kind = LayoutItem::Kind::first, .ids = {}}, {.ids = {sep}}};
  parts.pair = parts.single;
  parts.pair.push_back({.kind = LayoutItem::Kind::second, .ids = {}, .type = 1});
  parts.pair.push_back({.ids = {sep}, .type = 1});
}

void put_roberta_around(TokenizerParts& parts, int32_t cls, int32_t sep) {
  put_bert_around(parts, cls, sep);
  for (LayoutItem& item : parts.pair) item.type = 0;
  parts.pair.insert(parts.pair.begin() + 3, LayoutItem{.ids = {sep}});
}

DecodeStep plain_text_step(size_t dropped) {
  DecodeStep step;
  step.kind = DecodeStep::Kind::sentencepiece;
  step.content = " \xE2\x81\x87 ";
  step.begin = dropped;
  return step;
}

}  // namespace tenon::text
