// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/named_splits.h"
#include "tokenizer/readers.h"

#include <algorithm>

namespace tenon::text {
namespace {

using Kind = DecodeStep::Kind;

// [token, id] as BertProcessing and RobertaProcessing have it.
Result<int32_t> read_pair(const Json& json, std::string_view member, const Vocabulary& vocabulary) {
  const Json::Array& pair = json.array(member);
  const auto id = pair.size() == 2 ? pair[1].integer() : std::nullopt;
  if (!id || *id < 0 || *id >= vocabulary.size()) {
    return invalid("{}: expected [token, id] with an id below {}", member, vocabulary.size());
  }
  return static_cast<int32_t>(*id);
}

// The ids that a template's special token stands for.
Result<std::vector<int32_t>> read_special(const Json& json, std::string_view name,
                                          const Vocabulary& vocabulary) {
  const Json* all = json.find("special_tokens");
  const Json* token = all == nullptr ? nullptr : all->find(name);
  if (token == nullptr) return invalid("special_tokens has no \"{}\"", name.substr(0, 100));
  std::vector<int32_t> ids;
  for (const Json& item : token->array("ids")) {
    const auto id = item.integer();
    if (!id || *id < 0 || *id >= vocabulary.size() || ids.size() == 64) {
      return invalid("special_tokens: \"{}\": expected at most 64 ids below {}",
                     name.substr(0, 100), vocabulary.size());
    }
    ids.push_back(static_cast<int32_t>(*id));
  }
  return ids;
}

Result<Layout> read_template(const Json& json, std::string_view member,
                             const Vocabulary& vocabulary) {
  Layout layout;
  const Json::Array& items = json.array(member);
  if (items.size() > 64) return invalid("{}: {} items, at most 64 are read", member, items.size());
  for (const Json& item : items) {
    const Json* sequence = item.find("Sequence");
    const Json* special = item.find("SpecialToken");
    const Json* found = sequence != nullptr ? sequence : special;
    if (found == nullptr) return invalid("{}: expected Sequence or SpecialToken", member);
    const int64_t type = found->integer("type_id", 0);
    if (type < 0 || type > 255) return invalid("{}: type_id {}, expected 0 to 255", member, type);
    LayoutItem place{.ids = {}, .type = static_cast<int32_t>(type)};
    if (sequence != nullptr) {
      const bool second = sequence->text("id") == "B";
      place.kind = second ? LayoutItem::Kind::second : LayoutItem::Kind::first;
    } else {
      TENON_TRY_ASSIGN(place.ids, read_special(json, special->text("id"), vocabulary));
    }
    layout.push_back(std::move(place));
  }
  return layout;
}

Status read_processor(const Json& json, TokenizerParts& parts) {
  const std::string_view type = json.text("type");
  if (type == "ByteLevel") return {};  // about offsets only
  if (type == "TemplateProcessing") {
    TENON_TRY_ASSIGN(parts.single, read_template(json, "single", parts.vocabulary));
    TENON_TRY_ASSIGN(parts.pair, read_template(json, "pair", parts.vocabulary));
    return {};
  }
  if (type != "BertProcessing" && type != "RobertaProcessing") {
    return unsupported(
        "type \"{}\"; known are BertProcessing, ByteLevel, RobertaProcessing, Sequence, "
        "TemplateProcessing",
        type.substr(0, 100));
  }
  TENON_TRY_ASSIGN(const int32_t cls, read_pair(json, "cls", parts.vocabulary));
  TENON_TRY_ASSIGN(const int32_t sep, read_pair(json, "sep", parts.vocabulary));
  (type == "RobertaProcessing" ? put_roberta_around : put_bert_around)(parts, cls, sep);
  return {};
}

Status read_replace(const Json& json, DecodeStep& step) {
  const Json* pattern = json.find("pattern");
  step.content = json.text("content");
  step.text = pattern == nullptr ? "" : pattern->text("String");
  if (const auto regex = pattern == nullptr ? std::string_view() : pattern->text("Regex");
      !regex.empty()) {
    TENON_TRY_ASSIGN(step.pattern, compile_split(regex));
    return {};
  }
  if (step.text.empty()) return invalid("Replace: expected a pattern");
  return {};
}

// fused: a step before made one token of all.
Status read_decode_step(const Json& json, bool& fused, std::vector<DecodeStep>& steps) {
  const std::string_view type = json.text("type");
  if (type == "Fuse") {
    fused = true;
    return {};
  }
  DecodeStep step;
  if (type == "ByteLevel") {
    step.kind = Kind::bytes;
  } else if (type == "ByteFallback") {
    step.kind = Kind::byte_tokens;
  } else if (type == "Metaspace") {
    step.kind = Kind::metaspace;
    step.text = json.text("replacement", space_mark);
    step.keep_first =
        json.text("prepend_scheme") == "never" ||
        (json.find("prepend_scheme") == nullptr && !json.boolean("add_prefix_space", true));
  } else if (type == "WordPiece") {
    step.kind = Kind::word_pieces;
    step.text = json.text("prefix", "##");
    step.tidy = json.boolean("cleanup", true);
  } else if (type == "BPEDecoder") {
    step.kind = Kind::word_suffix;
    step.text = json.text("suffix", "</w>");
  } else if (type == "CTC") {
    step.kind = Kind::ctc;
    step.text = json.text("pad_token", "<pad>");
    step.content = json.text("word_delimiter_token", "|");
    step.tidy = json.boolean("cleanup", true);
  } else if (type == "Strip") {
    step.kind = fused ? Kind::strip_text : Kind::strip;
    step.text = json.text("content", " ");
    step.begin = static_cast<size_t>(std::clamp<int64_t>(json.integer("start", 0), 0, 4096));
    step.end = static_cast<size_t>(std::clamp<int64_t>(json.integer("stop", 0), 0, 4096));
  } else if (type == "Replace") {
    step.kind = Kind::replace;
    TENON_TRY(read_replace(json, step));
  } else {
    return unsupported(
        "type \"{}\"; known are BPEDecoder, ByteFallback, ByteLevel, CTC, Fuse, Metaspace, "
        "Replace, Sequence, Strip, WordPiece",
        type.substr(0, 100));
  }
  steps.push_back(std::move(step));
  return {};
}

}  // namespace

Status read_post_processor(const Json& json, TokenizerParts& parts) {
  parts.single = {{.kind = LayoutItem::Kind::first, .ids = {}}};
  parts.pair = {{.kind = LayoutItem::Kind::first, .ids = {}},
                {.kind = LayoutItem::Kind::second, .ids = {}, .type = 1}};
  TENON_TRY_ASSIGN(const auto items, flat_sequence(json, "processors"));
  for (const Json* item : items) {
    if (Status status = read_processor(*item, parts); !status.ok()) {
      return status.at("post_processor");
    }
  }
  return {};
}

Result<std::vector<DecodeStep>> read_decoder(const Json& json) {
  std::vector<DecodeStep> steps;
  TENON_TRY_ASSIGN(const auto items, flat_sequence(json, "decoders"));
  bool fused = false;
  for (const Json* item : items) {
    if (Status status = read_decode_step(*item, fused, steps); !status.ok()) {
      return status.at("decoder");
    }
  }
  if (json.is_null()) steps.push_back({.kind = Kind::spaces});
  return steps;
}

}  // namespace tenon::text
