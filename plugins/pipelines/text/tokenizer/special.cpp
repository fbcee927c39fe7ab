// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/special.h"

#include "tokenizer/readers.h"

#include <algorithm>
#include <array>

namespace tenon::text {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Integers of more than 18 digits get an exponent, outside of texts.
std::string with_short_integers(std::string_view text) {
  std::string changed;
  bool in_text = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    changed += c;
    if (in_text) {
      if (c == '\\' && at + 1 < text.size()) changed += text[++at];
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (is_digit(c) && (at == 0 || !is_digit(text[at - 1]))) {
      const size_t end = std::min(text.find_first_not_of("0123456789", at), text.size());
      const bool real =
          (at > 0 && std::string_view(".eE+").find(text[at - 1]) != std::string::npos) ||
          (end < text.size() && std::string_view(".eE").find(text[end]) != std::string::npos);
      changed += text.substr(at + 1, end - at - 1);
      if (!real && end - at > 18) changed += "e0";
      at = end - 1;
    }
  }
  return changed;
}

// The id of a token that a member names: "text" or {"content": "text"}.
std::optional<int32_t> named(const Json& json, std::string_view member,
                             const Vocabulary& vocabulary) {
  const Json* found = json.find(member);
  if (found == nullptr) return std::nullopt;
  const auto text = found->text() ? *found->text() : found->text("content");
  return text.empty() ? std::nullopt : vocabulary.find(text);
}

void set(std::optional<int32_t>& id, std::optional<int32_t> found) {
  if (!id) id = found;
}

void add_names(const Json& json, const Vocabulary& vocabulary, SpecialIds& special) {
  set(special.bos, named(json, "bos_token", vocabulary));
  set(special.eos, named(json, "eos_token", vocabulary));
  set(special.pad, named(json, "pad_token", vocabulary));
  set(special.unk, named(json, "unk_token", vocabulary));
  set(special.mask, named(json, "mask_token", vocabulary));
  set(special.cls, named(json, "cls_token", vocabulary));
  set(special.sep, named(json, "sep_token", vocabulary));
}

// One id or a list of them.
void add_ids(const Json& json, std::string_view member, const Vocabulary& vocabulary,
             std::vector<int32_t>& ids) {
  const Json* found = json.find(member);
  if (found == nullptr) return;
  const auto add = [&](const Json& item) {
    const auto id = item.integer();
    if (id && *id >= 0 && *id < vocabulary.size()) ids.push_back(static_cast<int32_t>(*id));
  };
  add(*found);
  for (const Json& item : found->array_items()) add(item);
}

void add_numbers(const Json& json, const Vocabulary& vocabulary, SpecialIds& special) {
  const auto first = [&](std::string_view member) -> std::optional<int32_t> {
    std::vector<int32_t> ids;
    add_ids(json, member, vocabulary, ids);
    return ids.empty() ? std::nullopt : std::optional(ids[0]);
  };
  set(special.bos, first("bos_token_id"));
  set(special.eos, first("eos_token_id"));
  set(special.pad, first("pad_token_id"));
  add_ids(json, "eos_token_id", vocabulary, special.end);
}

// Some tokenizers leave it to their configuration to begin and end a text.
void add_around(const Json& config, TokenizerParts& parts) {
  const bool bare = std::ranges::none_of(
      parts.single, [](const LayoutItem& item) { return item.kind == LayoutItem::Kind::tokens; });
  if (!bare) return;
  const bool before = config.boolean("add_bos_token", false);
  const bool after = config.boolean("add_eos_token", false);
  put_around(parts, before ? parts.special.bos : std::nullopt,
             after ? parts.special.eos : std::nullopt);
}

}  // namespace

Result<Json> parse_config(std::string_view text) {
  constexpr JsonLimits limits{.bytes = size_t{16} << 20};
  if (text.size() > limits.bytes) return parse_json(text, limits);
  return parse_json(with_short_integers(text), limits);
}

Status add_special_ids(const Files& files, TokenizerParts& parts) {
  constexpr std::array<std::string_view, 4> names = {
      "tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "config.json"};
  for (const std::string_view name : names) {
    const auto text = files.read(name);
    if (!text) continue;
    const Result<Json> json = parse_config(*text);
    if (!json.ok()) return json.status().at(name);
    const bool of_names = name == names[0] || name == names[1];
    if (of_names) add_names(*json, parts.vocabulary, parts.special);
    if (!of_names) add_numbers(*json, parts.vocabulary, parts.special);
    if (name == names[0]) add_around(*json, parts);
  }
  return {};
}

void add_end_tokens(TokenizerParts& parts) {
  constexpr std::array<std::string_view, 17> spellings = {
      "<|eot_id|>",
      "<|im_end|>",
      "<|end|>",
      "<end_of_turn>",
      "<|endoftext|>",
      "<|end_of_text|>",
      "<EOT>",
      "[EOT]",
      "[EOS]",
      "<|eom_id|>",
      "<|return|>",
      "<|call|>",
      "<turn|>",
      "<eos>",
      "<end_of_utterance>",
      "_<EOT>",
      "<\xEF\xBD\x9C"
      "end\xE2\x96\x81of\xE2\x96\x81sentence\xEF\xBD\x9C>"};
  const Vocabulary& vocabulary = parts.vocabulary;
  std::vector<int32_t>& end = parts.special.end;
  const bool channels = vocabulary.find("<|return|>") && vocabulary.find("<|call|>");
  for (const std::string_view spelling : spellings) {
    const auto id = vocabulary.find(spelling);
    if (id && !(channels && spelling == "<|end|>")) end.push_back(*id);
  }
  if (parts.special.eos) end.push_back(*parts.special.eos);
  std::ranges::sort(end);
  end.erase(std::unique(end.begin(), end.end()), end.end());
}

}  // namespace tenon::text
