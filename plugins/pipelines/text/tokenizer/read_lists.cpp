// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/named_splits.h"
#include "tokenizer/readers.h"

namespace tenon::text {
namespace {

// Calls visit for every line, without what ends it.
template <class Visit>
Status each_line(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    TENON_TRY(visit(line));
  }
  return {};
}

void add_control(TokenizerParts& parts, std::span<const std::string_view> spellings) {
  std::vector<AddedToken> tokens;
  for (const std::string_view spelling : spellings) {
    const auto id = parts.vocabulary.find(spelling);
    if (!id) continue;
    parts.vocabulary.set_kind(*id, TokenKind::control);
    tokens.push_back({.id = *id,
                      .spelling = std::string(spelling),
                      .special = true,
                      .strip_left = spelling == "<mask>"});
  }
  parts.added = AddedTokens(std::move(tokens));
}

}  // namespace

Result<Parts> read_word_list(std::string_view text, bool lower_case) {
  auto parts = std::make_unique<TokenizerParts>();
  Vocabulary& vocabulary = parts->vocabulary;
  if (!is_utf8(text)) return corrupt("no UTF-8");
  TENON_TRY(each_line(
      text, [&](std::string_view line) { return vocabulary.add(vocabulary.size(), line); }));
  const auto cls = vocabulary.find("[CLS]");
  const auto sep = vocabulary.find("[SEP]");
  if (!cls || !sep) return corrupt("no tokens [CLS] and [SEP]");
  constexpr std::string_view control[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  add_control(*parts, control);
  parts->normalizers = {bert_text({.strip_accents = lower_case, .lower_case = lower_case})};
  parts->splits = {split_at(is_white_space, Separator::removed),
                   split_at(is_bert_punctuation, Separator::isolated)};
  TENON_TRY_ASSIGN(parts->model, word_pieces(vocabulary, {.first_prefix = "",
                                                          .continuing_prefix = "##",
                                                          .unknown = vocabulary.find("[UNK]")}));
  put_bert_around(*parts, *cls, *sep);
  parts->decoders = {{.kind = DecodeStep::Kind::word_pieces, .text = "##", .content = ""}};
  parts->special.cls = cls;
  parts->special.sep = sep;
  parts->special.pad = vocabulary.find("[PAD]");
  parts->special.unk = vocabulary.find("[UNK]");
  parts->special.mask = vocabulary.find("[MASK]");
  parts->kind = "WordPiece";
  parts->file = "vocab.txt";
  return parts;
}

Result<Parts> read_merges(std::string_view vocabulary, std::string_view merges) {
  auto parts = std::make_unique<TokenizerParts>();
  TENON_TRY_ASSIGN(Json ids, parse_json(vocabulary, {.bytes = most_file, .depth = 2}));
  Json model = Json::object({{"type", "BPE"}, {"vocab", std::move(ids)}});
  TENON_TRY(read_vocabulary(model, parts->vocabulary));
  const auto bos = parts->vocabulary.find("<s>");
  const auto eos = parts->vocabulary.find("</s>");
  constexpr std::string_view gpt2[] = {"<|endoftext|>"};
  constexpr std::string_view roberta[] = {"<s>", "</s>", "<pad>", "<unk>", "<mask>"};
  add_control(*parts, bos && eos ? std::span<const std::string_view>(roberta) : gpt2);
  Json rules = Json::array();
  TENON_TRY(each_line(merges, [&](std::string_view line) -> Status {
    if (line.empty() || line.starts_with("#version")) return {};
    if (!is_utf8(line)) return corrupt("merges.txt: no UTF-8");
    rules.push(Json(line));
    return {};
  }));
  model.set("merges", std::move(rules));
  TENON_TRY_ASSIGN(parts->model, read_model(model, *parts));
  TENON_TRY_ASSIGN(const NamedSplit split, named_split("gpt-2"));
  TENON_TRY_ASSIGN(parts->splits, steps_of(split));
  parts->decoders = {{.kind = DecodeStep::Kind::bytes, .text = "", .content = ""}};
  put_around(*parts, std::nullopt, std::nullopt);
  if (bos && eos) put_roberta_around(*parts, *bos, *eos);
  parts->kind = "byte-level BPE";
  parts->file = "vocab.json";
  return parts;
}

}  // namespace tenon::text
