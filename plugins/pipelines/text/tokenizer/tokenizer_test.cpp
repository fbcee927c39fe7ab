// SPDX-License-Identifier: Apache-2.0
#include "tokenizer.h"

#include "tokenizer/readers.h"
#include "tokenizer/special.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

namespace tenon::text {
namespace {

namespace fs = std::filesystem;
using Ids = std::vector<int32_t>;

struct Given : Files {
  std::map<std::string, std::string, std::less<>> files;
  std::optional<std::string> read(std::string_view name) const override {
    const auto found = files.find(name);
    if (found == files.end()) return std::nullopt;
    return found->second;
  }
};

fs::path seeds() { return fs::path(TENON_SOURCE_DIR) / "tests/tokenizers/seeds"; }

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::unique_ptr<Tokenizer> open(const Given& given) {
  Result<std::unique_ptr<Tokenizer>> tokenizer = open_tokenizer(given);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.status().message();
  return tokenizer.ok() ? std::move(*tokenizer) : nullptr;
}

std::unique_ptr<Tokenizer> open_json(const std::string& name, const std::string& config = "{}") {
  Given given;
  given.files = {{"tokenizer.json", contents(seeds() / "json" / name)},
                 {"tokenizer_config.json", config}};
  return open(given);
}

std::string failure(const std::string& json) {
  return std::string(read_tokenizer_json(json).status().message());
}

TEST(Tokenizer, every_seed_of_the_fuzz_targets_opens) {
  size_t opened = 0;
  for (const auto& entry : fs::recursive_directory_iterator(seeds())) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = contents(entry.path());
    const std::string kind = entry.path().parent_path().filename().string();
    const std::string_view rest = std::string_view(bytes).substr(1);
    const size_t end = std::min(rest.find('\0'), rest.size());
    const Result<Parts> parts = kind == "json"            ? read_tokenizer_json(bytes)
                                : kind == "sentencepiece" ? read_sentencepiece(bytes)
                                : bytes[0] == '0'         ? read_gguf(rest)
                                : bytes[0] == '1'         ? read_tiktoken(rest, "r50k_base")
                                : bytes[0] == '2'
                                    ? read_word_list(rest, true)
                                    : read_merges(rest.substr(0, end), rest.substr(end + 1));
    EXPECT_TRUE(parts.ok()) << entry.path() << ": " << parts.status().message();
    ++opened;
  }
  EXPECT_GE(opened, 20u);
}

TEST(Tokenizer, texts_come_back_from_byte_level_tokens) {
  const auto tokenizer = open_json("bytes.json");
  const auto ids = tokenizer->encode("the hello in");
  EXPECT_EQ(ids.value(), (Ids{0, 30, 22, 35, 22, 28}));
  EXPECT_EQ(tokenizer->decode(*ids), " the hello in");
  EXPECT_EQ(tokenizer->decode(*ids, {.special = true}), "<s> the hello in");
  EXPECT_EQ(tokenizer->piece(30), " the");
}

TEST(Tokenizer, control_tokens_in_a_text_count_only_when_asked_for) {
  const auto tokenizer = open_json("words.json");
  EXPECT_EQ(tokenizer->encode("[MASK] a", {.special = false}).value(), (Ids{4, 8}));
  const auto spelled = tokenizer->encode("[MASK] a", {.special = false, .parse_special = false});
  EXPECT_EQ(spelled.value(), (Ids{1, 1, 1, 8}));
}

TEST(Tokenizer, two_texts_have_types) {
  const auto tokenizer = open_json("words.json");
  const auto pair = tokenizer->encode_pair("hello", "a b").value();
  EXPECT_EQ(pair.ids, (Ids{2, 14, 3, 8, 9, 3}));
  EXPECT_EQ(pair.types, (Ids{0, 0, 0, 1, 1, 1}));
}

TEST(Tokenizer, added_tokens_take_space_and_stand_alone_as_they_say) {
  const auto tokenizer = open_json("bytes.json");
  EXPECT_EQ(tokenizer->encode("a \t<mask> \n", {.special = false}).value(), (Ids{22, 8, 40}));
  EXPECT_EQ(tokenizer->encode("word", {.special = false}).value(), (Ids{41}));
  EXPECT_EQ(tokenizer->encode("words", {.special = false}).value(), (Ids{22, 37, 11, 19}));
}

TEST(Tokenizer, a_stream_holds_back_characters_that_are_not_whole) {
  const auto tokenizer = open_json("fallback.json");
  const Ids ids = tokenizer->encode("a \u4E2D", {.special = false}).value();
  Detokenizer stream(*tokenizer);
  std::vector<std::string> texts;
  for (const int32_t id : ids) texts.push_back(stream.push(id));
  EXPECT_EQ(texts, (std::vector<std::string>{"", "a", "", " ", "", "\u4E2D"}));
  EXPECT_EQ(stream.finish(), "");
  EXPECT_EQ(stream.push(ids[3]), "");
  EXPECT_EQ(stream.finish(), "\uFFFD");
}

TEST(Tokenizer, a_long_text_of_broken_bytes_is_one_of_replacements) {
  const auto tokenizer = open_json("fallback.json");
  const auto ids = tokenizer->encode("\xFF\xFE", {.special = false}).value();
  EXPECT_EQ(tokenizer->decode(ids), "\uFFFD\uFFFD");
}

TEST(Tokenizer, texts_of_more_than_16_mebibytes_are_refused) {
  const auto tokenizer = open_json("words.json");
  EXPECT_EQ(tokenizer->encode(std::string((16 << 20) + 1, ' ')).status().message(),
            "a text of 16777217 bytes, at most 16777216 are encoded at once");
}

TEST(Tokenizer, special_tokens_come_from_the_configuration) {
  const auto tokenizer =
      open_json("bytes.json", R"({"bos_token": "<s>", "eos_token": {"content": "</s>"},
                        "model_max_length": 1000000000000000019884624838656})");
  EXPECT_EQ(tokenizer->special().bos, 0);
  EXPECT_EQ(tokenizer->special().eos, 1);
  EXPECT_EQ(tokenizer->special().end, (Ids{1}));
  EXPECT_TRUE(tokenizer->is_special(1));
  EXPECT_EQ(tokenizer->describe(), "BPE of 41 tokens from tokenizer.json");
}

TEST(Tokenizer, ids_that_end_a_text_come_from_three_places) {
  Given given;
  given.files = {{"tokenizer.json", contents(seeds() / "json/suffix.json")},
                 {"generation_config.json", R"({"eos_token_id": [3, 5]})"}};
  EXPECT_EQ(open(given)->special().end, (Ids{3, 5, 12}));
}

TEST(Tokenizer, a_model_without_a_tokenizer_is_told_what_to_bring) {
  const auto tokenizer = open_tokenizer(Given());
  EXPECT_NE(tokenizer.status().message().find("tokenizer.json"), std::string_view::npos);
}

TEST(TokenizerJson, failures_say_where_and_what_is_known) {
  EXPECT_EQ(failure("[]"), "array, expected an object");
  EXPECT_EQ(failure(R"({"model": {"type": "Tree", "vocab": {}}})"),
            "model: type \"Tree\"; known are BPE, Unigram, WordLevel, WordPiece");
  EXPECT_EQ(failure(R"({"model": {"type": "WordLevel", "vocab": {"a": -1}}})"),
            "model: vocab: \"a\": expected an id from 0 to 3999999");
  EXPECT_EQ(failure(R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}})"),
            "model: merge 0: \"a\", \"b\" or both together are not in the vocabulary");
  EXPECT_EQ(failure(R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
                        "normalizer": {"type": "Upper"}})")
                .substr(0, 54),
            "normalizer: type \"Upper\"; known are BertNormalizer, By");
  EXPECT_EQ(
      failure(R"({"model": {"vocab": {"a": 0}}, "added_tokens": [{"id": 9, "content": ""}]})"),
      "added_tokens[0]: content of 0 bytes, expected 1 to 4096");
  EXPECT_EQ(failure(R"({"model": {"vocab": {"a": 0}}, "post_processor":
                        {"type": "BertProcessing", "cls": ["x", 5], "sep": ["y", 0]}})"),
            "post_processor: cls: expected [token, id] with an id below 1");
}

TEST(TokenizerJson, merges_of_tokens_with_spaces_are_cut_between_tokens) {
  const std::string json = R"({"model": {"type": "BPE", "vocab": {" ": 0, "  ": 1, "    ": 2},
                               "merges": ["   ", "     "]}})";
  const Tokenizer tokenizer(std::move(read_tokenizer_json(json).value()));
  EXPECT_EQ(tokenizer.encode("     ").value(), (Ids{2, 0}));
}

TEST(TokenizerConfig, integers_that_do_not_fit_are_numbers) {
  const auto json = parse_config(
      R"({"a": 1000000000000000019884624838656, "b": "1000000000000000019884624838656\"", "c": 12})");
  ASSERT_TRUE(json.ok()) << json.status().message();
  EXPECT_NEAR(json->number("a", 0), 1e30, 1e15);
  EXPECT_EQ(json->text("b"), "1000000000000000019884624838656\"");
  EXPECT_EQ(json->integer("c", 0), 12);
}

TEST(SentencePiece, failures_say_what_is_missing) {
  const auto failure = [](std::string_view bytes) {
    return std::string(read_sentencepiece(bytes).status().message());
  };
  EXPECT_EQ(failure(""), "no pieces");
  EXPECT_EQ(failure("\x0A\x03\x0A\x01"
                    "a"),
            "0 pieces of type unknown, expected 1");
  EXPECT_EQ(failure("\x0A\x03\x0A\x01"
                    "a\x0A\x03\x0A\x01"
                    "a"),
            "piece 1: \"a\" is there twice");
  EXPECT_EQ(failure("\x0A\x05\x0A\x01"
                    "a\x18\x09"),
            "type 9, expected 1 to 6");
  EXPECT_EQ(failure("\x0A\x09\x0A"),
            "byte 0: model field 1: length 9 exceeds the 1 bytes that are left");
}

TEST(SentencePiece, user_defined_symbols_stay_whole) {
  Given given;
  given.files = {{"tokenizer.model", contents(seeds() / "sentencepiece/bpe.model")}};
  const auto tokenizer = open(given);
  const Ids ids = tokenizer->encode("the <tag>hel").value();
  EXPECT_EQ(ids[0], *tokenizer->find("<s>"));
  EXPECT_EQ(ids[1], *tokenizer->find("\u2581the"));
  EXPECT_EQ(tokenizer->decode(ids), "the <tag>hel");
}

TEST(Charsmap, replaces_the_longest_key) {
  Given given;
  given.files = {{"spiece.model", contents(seeds() / "sentencepiece/unigram.model")}};
  const auto tokenizer = open(given);
  EXPECT_EQ(normalize(tokenizer->parts(), "\uFF21\u00A0\u00A0e\u0301").value(),
            "\u2581A\u2581\u00E9");
}

TEST(Charsmap, refuses_tables_that_point_outside) {
  EXPECT_FALSE(Charsmap::read(std::string_view("\x08\0\0\0aaaa", 8)).ok());
  EXPECT_FALSE(Charsmap::read(std::string_view("\x04\0\0\0\x09\0\0\x80x\0", 10)).ok());
  EXPECT_TRUE(Charsmap::read(std::string_view("\x04\0\0\0\0\0\0\x80x\0", 10)).ok());
}

TEST(Tiktoken, an_encoding_must_be_known) {
  EXPECT_EQ(read_tiktoken("", "p99k").status().message(),
            "tiktoken encoding \"p99k\" is not known; known are r50k_base, p50k_base, p50k_edit, "
            "cl100k_base, o200k_base");
  EXPECT_EQ(read_tiktoken("YQ== 0\nYg== x\n", "r50k_base").status().message(),
            "line 2: \"x\" is no rank");
}

}  // namespace
}  // namespace tenon::text
