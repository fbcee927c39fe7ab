// SPDX-License-Identifier: Apache-2.0
#include "tokenizer.h"
#include "tokenizer/parts.h"

namespace tenon::text {

struct Detokenizer::State {
  const TokenizerParts& parts;
  DecodeOptions options;
  Replace replace;
  Decoding decoding;
  std::string bytes;  // that are no whole character yet: three at most

  // Whole characters, and U+FFFD for what can be no part of one.
  std::string take() {
    std::string text;
    while (true) {
      const ValidPrefix prefix = valid_prefix(bytes);
      text += bytes.substr(0, prefix.bytes);
      if (prefix.broken > 0) {
        text += make_valid(bytes.substr(prefix.bytes, prefix.broken), replace);
      }
      bytes.erase(0, prefix.bytes + prefix.broken);
      if (prefix.broken == 0) return text;
    }
  }
};

Detokenizer::Detokenizer(const Tokenizer& tokenizer, const DecodeOptions& options)
    : state_(new State{
          tokenizer.parts(),
          options,
          counts_broken_bytes(tokenizer.parts().decoders) ? Replace::byte : Replace::sequence,
          Decoding(),
          {}}) {}
Detokenizer::~Detokenizer() = default;
Detokenizer::Detokenizer(Detokenizer&&) noexcept = default;

std::string Detokenizer::push(int32_t id) {
  const Vocabulary& vocabulary = state_->parts.vocabulary;
  if (!vocabulary.has(id)) return {};
  if (vocabulary.kind(id) == TokenKind::control && !state_->options.special) return {};
  state_->bytes += state_->decoding.push(state_->parts.decoders, vocabulary, id);
  return state_->take();
}

std::string Detokenizer::finish() {
  std::string rest = make_valid(state_->bytes, state_->replace);
  state_->bytes.clear();
  state_->decoding = Decoding();
  return rest;
}

}  // namespace tenon::text
