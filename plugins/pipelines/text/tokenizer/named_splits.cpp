// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/named_splits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace tenon::text {
namespace {

using Around = NamedSplit::Around;

constexpr std::string_view gpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view llama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d))"
    R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view qwen2 = R"((?i:'s|'t|'re|'ve|'m|'ll|'d))"
                                   R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
                                   R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view qwen35 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d))"
    R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|)"
    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view gpt4o = R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"
                                   "*"
                                   R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])"
                                   "+"
                                   R"((?i:'s|'t|'re|'ve|'m|'ll|'d))"
                                   "?|"
                                   R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"
                                   "+"
                                   R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])"
                                   "*"
                                   R"((?i:'s|'t|'re|'ve|'m|'ll|'d))"
                                   R"(?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|)"
                                   R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view tekken = R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"
                                    "*"
                                    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])"
                                    "+|"
                                    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])"
                                    "+"
                                    R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])"
                                    R"(*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|)"
                                    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
// As tiktoken writes it.
constexpr std::string_view cl100k =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)";
constexpr std::string_view bailing =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)";
constexpr std::string_view deepseek3_words =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|)"
    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view deepseek3_east =
    R"([\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+)";
constexpr std::string_view deepseek_east =
    R"([\x{4E00}-\x{9FA5}\x{0800}-\x{4E00}\x{AC00}-\x{D7FF}]+)";
constexpr std::string_view deepseek_signs =
    R"(\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}]+)";
// Looking back keeps it from trying every place of a run.
constexpr std::string_view spaces_at_end = R"((?<!\s)\s+$)";
constexpr std::string_view number = R"(\p{N})";
constexpr std::string_view numbers = R"(\p{N}+)";
constexpr std::string_view three_numbers = R"(\p{N}{1,3})";
constexpr std::string_view three_digits = "[0-9][0-9][0-9]";
constexpr std::string_view line_ends = R"([\r\n])";
constexpr std::string_view cased_words = R"(\s?[\p{Lu}\p{Ll}\p{Lt}]+)";
constexpr std::string_view words = R"(\s?\p{L}+)";
constexpr std::string_view signs = R"(\s?\p{P}+)";
constexpr std::string_view falcon_signs = R"([\p{P}\$\+<=>\^~\|`]+)";
constexpr std::string_view default_signs = R"([\p{P}\$\+<=>\^~\|]+)";
constexpr std::string_view bloom =
    R"( ?[^(\s|.,!?\x{2026}\x{3002}\x{FF0C}\x{3001}\x{0964}\x{06D4}\x{060C})]+)";
constexpr std::string_view lines = R"([^\n]+|[\n]+)";
constexpr std::string_view no_space = R"(\S+)";

constexpr std::array linear = {
    gpt2,          llama3,         qwen2,        qwen35,         gpt4o,         tekken,
    cl100k,        bailing,        number,       deepseek3_east, deepseek_east, deepseek_signs,
    spaces_at_end, numbers,        three_digits, three_numbers,  line_ends,     cased_words,
    words,         signs,          falcon_signs, default_signs,  bloom,         lines,
    no_space,      deepseek3_words};

constexpr std::string_view llama3_names[] = {"llama3",    "llama-v3", "llama-bpe", "falcon3",
                                             "falcon-h1", "pixtral",  "midm-2.0",  "lfm2"};
constexpr std::string_view dbrx_names[] = {"dbrx", "smaug-bpe", "glm4", "chatglm-bpe"};
constexpr std::string_view qwen2_names[] = {"qwen2",   "deepseek-r1-qwen", "megrez", "stablelm2",
                                            "hunyuan", "solar-open",       "grok-2", "kormo"};
constexpr std::string_view qwen35_names[] = {"qwen35"};
constexpr std::string_view gpt4o_names[] = {"gpt-4o", "llama4", "kanana2", "minimax-m2"};
constexpr std::string_view tekken_names[] = {"tekken"};
constexpr std::string_view deepseek3_names[] = {"deepseek-v3", "hunyuan-dense", "joyai-llm"};
constexpr std::string_view deepseek_names[] = {"deepseek-llm"};
constexpr std::string_view coder_names[] = {"deepseek-coder"};
constexpr std::string_view gpt2_names[] = {"gpt-2",       "phi-2",   "mpt",      "olmo",
                                           "jais",        "jina-es", "jina-de",  "gigachat",
                                           "modern-bert", "exaone4", "trillion", "granite-docling",
                                           "mellum",      "a.x-4.0"};
constexpr std::string_view roberta_names[] = {"roberta-bpe", "jina-v1-en", "jina-v2-code"};
constexpr std::string_view starcoder_names[] = {"starcoder", "refact", "command-r",  "smollm",
                                                "codeshell", "exaone", "minerva-7b", "mellum2"};
constexpr std::string_view falcon_names[] = {"falcon"};
constexpr std::string_view bloom_names[] = {"bloom", "poro-chat", "gpt3-finnish"};
constexpr std::string_view viking_names[] = {"viking"};
constexpr std::string_view bailing_names[] = {"bailingmoe", "bailingmoe2", "llada-moe"};
constexpr std::string_view line_names[] = {"gemma4", "sarvam-moe"};
constexpr std::string_view superbpe_names[] = {"superbpe"};
constexpr std::string_view whitespace_names[] = {"whitespace"};
constexpr std::string_view default_names[] = {"default", ""};

std::vector<NamedSplit> all() {
  constexpr auto marks = NamedSplit::Pieces::marks;
  return {
      {llama3_names, {llama3}, {}, Around::bos, true},
      {dbrx_names, {llama3}},
      {qwen2_names, {qwen2}},
      {qwen35_names, {qwen35}},
      {gpt4o_names, {gpt4o}},
      {tekken_names, {tekken}, {}, Around::bos, true},
      {deepseek3_names, {three_numbers, deepseek3_east, deepseek3_words}},
      {deepseek_names,
       {line_ends, cased_words, deepseek_signs, spaces_at_end, deepseek_east, numbers}},
      {coder_names, {line_ends, words, signs, deepseek_east, number}},
      {gpt2_names, {gpt2}},
      {roberta_names, {gpt2}, {}, Around::bos_and_eos},
      {starcoder_names, {number, gpt2}},
      {falcon_names, {falcon_signs, gpt2, three_digits}},
      {bloom_names, {bloom}},
      {viking_names, {bloom, number}},
      {bailing_names, {bailing}},
      {line_names, {lines}, marks},
      {superbpe_names, {numbers, R"((?=(\d{3})+(?!\d)))"}},
      {whitespace_names, {no_space}, marks},
      {default_names, {default_signs, gpt2, numbers, three_digits}},
  };
}

std::string known_names(const std::vector<NamedSplit>& splits) {
  std::vector<std::string_view> names;
  for (const NamedSplit& split : splits) {
    std::ranges::copy_if(split.names, std::back_inserter(names),
                         [](std::string_view name) { return !name.empty(); });
  }
  std::ranges::sort(names);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Result<NamedSplit> named_split(std::string_view name) {
  const std::vector<NamedSplit> splits = all();
  const auto found = std::ranges::find_if(splits, [&](const NamedSplit& split) {
    return std::ranges::find(split.names, name) != split.names.end();
  });
  if (found != splits.end()) return *found;
  return unsupported("pre-tokenizer \"{}\" is not known; known are {}", name.substr(0, 100),
                     known_names(splits));
}

Result<Pattern> compile_split(std::string_view source) {
  const bool known = std::ranges::find(linear, source) != linear.end();
  return Pattern::compile(source, known ? Pattern::Steps::plain : Pattern::Steps::counted);
}

Result<std::vector<SplitStep>> steps_of(const NamedSplit& split) {
  std::vector<SplitStep> steps;
  for (const std::string_view source : split.patterns) {
    TENON_TRY_ASSIGN(Pattern pattern, compile_split(source));
    steps.push_back(split_at(std::move(pattern), Separator::isolated));
  }
  if (split.pieces == NamedSplit::Pieces::bytes) steps.push_back(to_byte_pieces());
  return steps;
}

}  // namespace tenon::text
