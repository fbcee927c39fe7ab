// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/base64.h"
#include "tokenizer/named_splits.h"
#include "tokenizer/readers.h"

namespace tenon::text {
namespace {

// A pattern member: {"String": s} or {"Regex": r}.
struct PatternMember {
  std::optional<Pattern> pattern;
  std::string text;
};

Result<PatternMember> read_pattern(const Json& json) {
  PatternMember read;
  const Json* member = json.find("pattern");
  if (member == nullptr) return invalid("no member \"pattern\"");
  if (const Json* regex = member->find("Regex"); regex != nullptr && regex->text()) {
    TENON_TRY_ASSIGN(read.pattern, compile_split(*regex->text()));
    return read;
  }
  const Json* text = member->find("String");
  if (member->text()) text = member;
  if (text == nullptr || !text->text() || text->text()->empty()) {
    return invalid("pattern: expected {{\"String\": text}} or {{\"Regex\": text}}");
  }
  read.text = *text->text();
  return read;
}

Result<NormalizeStep> read_normalize_step(const Json& json) {
  const std::string_view type = json.text("type");
  if (type == "NFC") return to_normal_form(NormalForm::nfc);
  if (type == "NFD") return to_normal_form(NormalForm::nfd);
  if (type == "NFKC") return to_normal_form(NormalForm::nfkc);
  if (type == "NFKD") return to_normal_form(NormalForm::nfkd);
  if (type == "Lowercase") return to_lower_case();
  if (type == "StripAccents") return without_marks();
  if (type == "Nmt") return nmt_spaces();
  if (type == "ByteLevel") return byte_characters();
  if (type == "Prepend") return begun_with(std::string(json.text("prepend")));
  if (type == "Strip") {
    return without_spaces_around(json.boolean("strip_left", true),
                                 json.boolean("strip_right", true));
  }
  if (type == "BertNormalizer") {
    const bool lower = json.boolean("lowercase", true);
    return bert_text({json.boolean("clean_text", true), json.boolean("handle_chinese_chars", true),
                      json.boolean("strip_accents", lower), lower});
  }
  if (type == "Replace") {
    TENON_TRY_ASSIGN(PatternMember what, read_pattern(json));
    std::string by(json.text("content"));
    if (what.pattern) return replaced(std::move(*what.pattern), std::move(by));
    return replaced(std::move(what.text), std::move(by));
  }
  if (type == "Precompiled") {
    TENON_TRY_ASSIGN(const std::string blob, from_base64(json.text("precompiled_charsmap")));
    TENON_TRY_ASSIGN(Charsmap map, Charsmap::read(blob));
    return mapped_clusters(std::move(map));
  }
  return unsupported(
      "type \"{}\"; known are BertNormalizer, ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, "
      "Precompiled, Prepend, Replace, Sequence, Strip, StripAccents",
      type.substr(0, 100));
}

Result<Separator> read_behavior(const Json& json) {
  const std::string_view behavior = json.text("behavior", "Isolated");
  if (behavior == "Removed") return Separator::removed;
  if (behavior == "Isolated") return Separator::isolated;
  if (behavior == "MergedWithPrevious") return Separator::joins_previous;
  if (behavior == "MergedWithNext") return Separator::joins_next;
  if (behavior == "Contiguous") return Separator::contiguous;
  return unsupported("behavior \"{}\"", behavior.substr(0, 100));
}

Result<SplitStep> read_metaspace(const Json& json) {
  const std::string_view scheme =
      json.text("prepend_scheme", json.boolean("add_prefix_space", true) ? "always" : "never");
  const std::string mark(json.text("replacement", space_mark));
  if (mark.empty()) return invalid("an empty replacement");
  if (scheme != "always" && scheme != "first" && scheme != "never") {
    return unsupported("prepend_scheme \"{}\"", scheme.substr(0, 100));
  }
  const Prepend prepend = scheme == "always"  ? Prepend::always
                          : scheme == "first" ? Prepend::first
                                              : Prepend::never;
  return marked_spaces(mark, prepend, json.boolean("split", true));
}

// Appends the steps of one pre-tokenizer.
Status read_split(const Json& json, std::vector<SplitStep>& steps) {
  const std::string_view type = json.text("type");
  const auto pattern = [&](std::string_view source, Separator separator, Found found) -> Status {
    TENON_TRY_ASSIGN(Pattern compiled, compile_split(source));
    steps.push_back(split_at(std::move(compiled), separator, found));
    return {};
  };
  if (type == "ByteLevel") {
    if (json.boolean("add_prefix_space", true)) steps.push_back(with_space_before());
    if (json.boolean("use_regex", true)) {
      TENON_TRY_ASSIGN(const NamedSplit gpt2, named_split("gpt-2"));
      TENON_TRY(pattern(gpt2.patterns[0], Separator::isolated, Found::separates));
    }
    steps.push_back(to_byte_pieces());
  } else if (type == "Metaspace") {
    TENON_TRY_ASSIGN(SplitStep step, read_metaspace(json));
    steps.push_back(std::move(step));
  } else if (type == "Split") {
    TENON_TRY_ASSIGN(PatternMember what, read_pattern(json));
    TENON_TRY_ASSIGN(const Separator separator, read_behavior(json));
    const Found found = json.boolean("invert", false) ? Found::stays : Found::separates;
    steps.push_back(what.pattern ? split_at(std::move(*what.pattern), separator, found)
                                 : split_at(std::move(what.text), separator, found));
  } else if (type == "Punctuation") {
    TENON_TRY_ASSIGN(const Separator separator, read_behavior(json));
    steps.push_back(split_at(is_bert_punctuation, separator));
  } else if (type == "Digits") {
    const bool each = json.boolean("individual_digits", false);
    steps.push_back(split_at(is_number, each ? Separator::isolated : Separator::contiguous));
  } else if (type == "WhitespaceSplit") {
    steps.push_back(split_at(is_white_space, Separator::removed));
  } else if (type == "BertPreTokenizer") {
    steps.push_back(split_at(is_white_space, Separator::removed));
    steps.push_back(split_at(is_bert_punctuation, Separator::isolated));
  } else if (type == "Whitespace") {
    return pattern(R"(\w+|[^\w\s]+)", Separator::removed, Found::stays);
  } else if (type == "CharDelimiterSplit") {
    steps.push_back(split_at(std::string(json.text("delimiter")), Separator::removed));
  } else if (type == "FixedLength") {
    const int64_t length = json.integer("length", 5);
    if (length < 1) return invalid("length {}, expected at least 1", length);
    steps.push_back(split_every(static_cast<size_t>(length)));
  } else {
    return unsupported(
        "type \"{}\"; known are BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, "
        "FixedLength, Metaspace, Punctuation, Sequence, Split, Whitespace, WhitespaceSplit",
        type.substr(0, 100));
  }
  return {};
}

}  // namespace

Result<std::vector<NormalizeStep>> read_normalizer(const Json& json) {
  std::vector<NormalizeStep> steps;
  TENON_TRY_ASSIGN(const auto items, flat_sequence(json, "normalizers"));
  for (const Json* item : items) {
    Result<NormalizeStep> step = read_normalize_step(*item);
    if (!step.ok()) return step.status().at("normalizer");
    steps.push_back(std::move(*step));
  }
  return steps;
}

Result<std::vector<SplitStep>> read_pre_tokenizer(const Json& json) {
  std::vector<SplitStep> steps;
  TENON_TRY_ASSIGN(const auto items, flat_sequence(json, "pretokenizers"));
  for (const Json* item : items) {
    if (Status status = read_split(*item, steps); !status.ok()) return status.at("pre_tokenizer");
  }
  return steps;
}

}  // namespace tenon::text
