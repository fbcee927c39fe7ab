// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/base64.h"
#include "tokenizer/named_splits.h"
#include "tokenizer/readers.h"

#include <algorithm>
#include <charconv>

namespace tenon::text {
namespace {

struct SpecialToken {
  std::string_view spelling;
  int32_t id;
};

// What the file does not say about an encoding.
struct Encodings {
  std::string_view name;
  std::string_view split;  // a name of named_splits.h
  std::vector<SpecialToken> special;
};

std::vector<Encodings> known_encodings() {
  return {
      {"r50k_base", "gpt-2", {{"<|endoftext|>", 50256}}},
      {"p50k_base", "gpt-2", {{"<|endoftext|>", 50256}}},
      {"p50k_edit",
       "gpt-2",
       {{"<|endoftext|>", 50256},
        {"<|fim_prefix|>", 50281},
        {"<|fim_middle|>", 50282},
        {"<|fim_suffix|>", 50283}}},
      {"cl100k_base",
       "dbrx",
       {{"<|endoftext|>", 100257},
        {"<|fim_prefix|>", 100258},
        {"<|fim_middle|>", 100259},
        {"<|fim_suffix|>", 100260},
        {"<|endofprompt|>", 100276}}},
      {"o200k_base", "gpt-4o", {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}}},
  };
}

Result<Encodings> encoding_of(std::string_view name) {
  std::string known;
  for (Encodings& encoding : known_encodings()) {
    if (encoding.name == name) return std::move(encoding);
    known += known.empty() ? "" : ", ";
    known += encoding.name;
  }
  return unsupported("tiktoken encoding \"{}\" is not known; known are {}", name.substr(0, 100),
                     known);
}

Status read_line(std::string_view line, Vocabulary& vocabulary) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return corrupt("expected \"base64 rank\"");
  TENON_TRY_ASSIGN(const std::string bytes, from_base64(line.substr(0, space)));
  const std::string_view digits = line.substr(space + 1);
  int32_t rank = -1;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
  if (error != std::errc() || stop != digits.data() + digits.size()) {
    return corrupt("\"{}\" is no rank", digits.substr(0, 20));
  }
  return vocabulary.add(rank, to_byte_characters(bytes));
}

}  // namespace

Result<Parts> read_tiktoken(std::string_view text, std::string_view encoding) {
  if (text.size() > most_file)
    return invalid("{} bytes, at most {} are read", text.size(), most_file);
  TENON_TRY_ASSIGN(const Encodings known, encoding_of(encoding));
  auto parts = std::make_unique<TokenizerParts>();
  Vocabulary& vocabulary = parts->vocabulary;
  vocabulary.expect(1 + known.special.size() + static_cast<size_t>(std::ranges::count(text, '\n')));
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (row.ends_with('\r')) row.remove_suffix(1);
    if (row.empty()) continue;
    if (Status status = read_line(row, vocabulary); !status.ok()) {
      return status.at(fmt::format("line {}", line));
    }
  }
  std::vector<AddedToken> added;
  for (const SpecialToken& token : known.special) {
    TENON_TRY(vocabulary.add(token.id, token.spelling, TokenKind::control));
    added.push_back({.id = token.id, .spelling = std::string(token.spelling), .special = true});
  }
  parts->added = AddedTokens(std::move(added));
  TENON_TRY_ASSIGN(const NamedSplit split, named_split(known.split));
  TENON_TRY_ASSIGN(parts->splits, steps_of(split));
  SpelledPairs wanted;
  wanted.order = [](int32_t id) { return static_cast<double>(id); };
  wanted.joins = [&vocabulary](int32_t id) { return vocabulary.kind(id) == TokenKind::normal; };
  wanted.whole_pieces = true;
  TENON_TRY_ASSIGN(parts->model, spelled_pairs(vocabulary, std::move(wanted)));
  parts->decoders = {{.kind = DecodeStep::Kind::bytes}};
  parts->special.eos = known.special[0].id;
  put_around(*parts, std::nullopt, std::nullopt);
  parts->kind = "byte-level BPE";
  parts->file = fmt::format("{}.tiktoken", encoding);
  return parts;
}

}  // namespace tenon::text
