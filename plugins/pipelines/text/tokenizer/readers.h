// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/json.h"
#include "tokenizer/parts.h"

#include <memory>
#include <string_view>

// The files that tokenizers come in, each read into the same parts. Failures say where in the file.
// [any thread]
namespace tenon::text {

using Parts = std::unique_ptr<TokenizerParts>;

constexpr size_t most_file = size_t{256} << 20;

// tokenizer.json.
Result<Parts> read_tokenizer_json(std::string_view text);
// A SentencePiece model. add_bos, add_eos: what its owner puts around a text.
Result<Parts> read_sentencepiece(std::string_view bytes);
// What stands before the weights of a GGUF file; nothing when it holds no vocabulary.
Result<Parts> read_gguf(std::string_view header);
// Lines "<base64 of the bytes> <rank>"; `encoding` names the pattern: "cl100k_base".
Result<Parts> read_tiktoken(std::string_view text, std::string_view encoding);
// One token a line: "vocab.txt" of BERT.
Result<Parts> read_word_list(std::string_view text, bool lower_case);
// "vocab.json" and "merges.txt" of GPT-2.
Result<Parts> read_merges(std::string_view vocabulary, std::string_view merges);

// Parts of a tokenizer.json, each of one of its members; null stands for a member that is absent.
Result<std::vector<NormalizeStep>> read_normalizer(const Json& json);
Result<std::vector<SplitStep>> read_pre_tokenizer(const Json& json);
Result<std::vector<DecodeStep>> read_decoder(const Json& json);
// Fills the vocabulary; call before read_model.
Status read_vocabulary(const Json& json, Vocabulary& vocabulary);
Result<Model> read_model(const Json& json, TokenizerParts& parts);
Status read_post_processor(const Json& json, TokenizerParts& parts);
Status read_added_tokens(const Json& json, TokenizerParts& parts);

// The elements of a sequence, or the value itself when it is none; at most eight deep, 64 long.
Result<std::vector<const Json*>> flat_sequence(const Json& json, std::string_view member);

// [bos] A, A [eos] and so on; ids that are absent are left out.
void put_around(TokenizerParts& parts, std::optional<int32_t> before, std::optional<int32_t> after);
// [cls] A [sep], [cls] A [sep] B [sep] with types 0 and 1.
void put_bert_around(TokenizerParts& parts, int32_t cls, int32_t sep);
// The same with types of 0 and two [sep] between A and B.
void put_roberta_around(TokenizerParts& parts, int32_t cls, int32_t sep);

// What decodes pieces with U+2581 for spaces; `dropped` spaces go at the begin of a text.
DecodeStep plain_text_step(size_t dropped);

}  // namespace tenon::text
