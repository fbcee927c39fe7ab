// SPDX-License-Identifier: Apache-2.0
#include "tokenizer.h"

#include "tenon/json.h"
#include "tokenizer/parts.h"

#include <algorithm>
#include <unordered_map>

namespace tenon::text {
namespace {

constexpr size_t most_text = size_t{16} << 20;
// Longer pieces are not looked for again.
constexpr size_t most_remembered = 256;

// One text on its way to ids.
class Encoder {
 public:
  Encoder(const TokenizerParts& parts, const EncodeOptions& options, std::vector<int32_t>& ids)
      : parts_(parts), options_(options), ids_(ids) {}

  Status text(std::string_view text) {
    return parts_.added.split(text, options_.parse_special,
                              [&](Range part, const AddedToken* token) -> Status {
                                if (token != nullptr) return one(token->id);
                                return fragment(part.of(text), part.begin == 0);
                              });
  }

 private:
  Status one(int32_t id) {
    ids_.push_back(id);
    return {};
  }

  // Text between added tokens, as it was given.
  Status fragment(std::string_view given, bool at_begin) {
    TENON_TRY_ASSIGN(const std::string normal, normalize(parts_, given));
    return parts_.added_normalized.split(
        normal, options_.parse_special, [&](Range part, const AddedToken* token) -> Status {
          if (token != nullptr) return one(token->id);
          return pieces(part.of(normal), at_begin && part.begin == 0);
        });
  }

  Status pieces(std::string_view text, bool at_begin) {
    if (text.empty()) return {};
    Pieces pieces{std::string(text), {{0, text.size()}}, at_begin};
    for (const SplitStep& step : parts_.splits) TENON_TRY(step(pieces));
    known_.clear();  // of another text
    for (const Range& range : pieces.ranges) TENON_TRY(piece(range.of(pieces.text)));
    return {};
  }

  // Most pieces of a long text are there more than once.
  Status piece(std::string_view piece) {
    if (piece.size() > most_remembered) return long_piece(piece);
    const auto known = known_.find(piece);
    if (known != known_.end()) {
      for (size_t i = known->second.begin; i < known->second.end; ++i) ids_.push_back(ids_[i]);
      return {};
    }
    const size_t begin = ids_.size();
    TENON_TRY(parts_.model(piece, ids_));
    known_.emplace(piece, Range{begin, ids_.size()});
    return {};
  }

  Status long_piece(std::string_view piece) {
    while (piece.size() > most_piece) {
      const size_t cut = character_begin(piece, most_piece);
      TENON_TRY(parts_.model(piece.substr(0, cut), ids_));
      piece.remove_prefix(cut);
    }
    return parts_.model(piece, ids_);
  }

  const TokenizerParts& parts_;
  const EncodeOptions& options_;
  std::vector<int32_t>& ids_;
  std::unordered_map<std::string_view, Range> known_;  // places in ids_
};

Result<std::vector<int32_t>> encode_plain(const TokenizerParts& parts, std::string_view text,
                                          const EncodeOptions& options) {
  if (text.size() > most_text) {
    return invalid("a text of {} bytes, at most {} are encoded at once", text.size(), most_text);
  }
  std::vector<int32_t> ids;
  Encoder encoder(parts, options, ids);
  TENON_TRY(is_utf8(text) ? encoder.text(text) : encoder.text(make_valid(text)));
  return ids;
}

Encoding fill(const Layout& layout, const std::vector<int32_t>& first,
              const std::vector<int32_t>& second) {
  Encoding encoding;
  for (const LayoutItem& item : layout) {
    const auto& ids = item.kind == LayoutItem::Kind::first    ? first
                      : item.kind == LayoutItem::Kind::second ? second
                                                              : item.ids;
    encoding.ids.insert(encoding.ids.end(), ids.begin(), ids.end());
    encoding.types.insert(encoding.types.end(), ids.size(), item.type);
  }
  return encoding;
}

Layout without_tokens(const Layout& layout) {
  Layout plain;
  std::ranges::copy_if(layout, std::back_inserter(plain), [](const LayoutItem& item) {
    return item.kind != LayoutItem::Kind::tokens;
  });
  return plain;
}

}  // namespace

Result<std::string> normalize(const TokenizerParts& parts, std::string_view text) {
  std::string normal(text);
  for (const NormalizeStep& step : parts.normalizers) {
    TENON_TRY_ASSIGN(normal, step(normal));
  }
  return normal;
}

Tokenizer::Tokenizer(std::unique_ptr<const TokenizerParts> parts) : parts_(std::move(parts)) {}
Tokenizer::~Tokenizer() = default;

Result<std::vector<int32_t>> Tokenizer::encode(std::string_view text,
                                               const EncodeOptions& options) const {
  TENON_TRY_ASSIGN(std::vector<int32_t> ids, encode_plain(*parts_, text, options));
  if (!options.special) return ids;
  return fill(parts_->single, ids, {}).ids;
}

Result<Encoding> Tokenizer::encode_single(std::string_view text,
                                          const EncodeOptions& options) const {
  TENON_TRY_ASSIGN(const std::vector<int32_t> ids, encode_plain(*parts_, text, options));
  return fill(options.special ? parts_->single : without_tokens(parts_->single), ids, {});
}

Result<Encoding> Tokenizer::encode_pair(std::string_view first, std::string_view second,
                                        const EncodeOptions& options) const {
  TENON_TRY_ASSIGN(const std::vector<int32_t> one, encode_plain(*parts_, first, options));
  TENON_TRY_ASSIGN(const std::vector<int32_t> two, encode_plain(*parts_, second, options));
  return fill(options.special ? parts_->pair : without_tokens(parts_->pair), one, two);
}

std::string Tokenizer::decode(std::span<const int32_t> ids, const DecodeOptions& options) const {
  Detokenizer detokenizer(*this, options);
  std::string text;
  for (const int32_t id : ids) text += detokenizer.push(id);
  return text + detokenizer.finish();
}

std::string Tokenizer::piece(int32_t id) const {
  if (!parts_->vocabulary.has(id)) return {};
  return Decoding(Decoding::Place::middle).push(parts_->decoders, parts_->vocabulary, id);
}

std::optional<int32_t> Tokenizer::find(std::string_view spelling) const {
  return parts_->vocabulary.find(spelling);
}

std::string_view Tokenizer::spelling(int32_t id) const {
  return parts_->vocabulary.has(id) ? parts_->vocabulary.spelling(id) : std::string_view();
}

bool Tokenizer::is_special(int32_t id) const {
  return parts_->vocabulary.has(id) && parts_->vocabulary.kind(id) == TokenKind::control;
}

int32_t Tokenizer::size() const { return parts_->vocabulary.size(); }
const SpecialIds& Tokenizer::special() const { return parts_->special; }

std::string Tokenizer::describe() const {
  return fmt::format("{} of {} tokens from {}", parts_->kind, parts_->vocabulary.count(),
                     parts_->file);
}

}  // namespace tenon::text
