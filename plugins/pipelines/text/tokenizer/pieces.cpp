// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/pieces.h"

#include "tokenizer/normalize.h"

#include <algorithm>

namespace tenon::text {
namespace {

// A part of a piece: a separator, or what lies between two of them.
struct Part {
  Range range;
  bool separator;
};

// Joins separators to what is before them; run from behind: to what is after them.
std::vector<Range> joined(std::vector<Part> parts, bool from_behind) {
  if (from_behind) std::reverse(parts.begin(), parts.end());
  std::vector<Range> ranges;
  bool behind_separator = false;
  for (const Part& part : parts) {
    if (part.separator && !behind_separator && !ranges.empty()) {
      (from_behind ? ranges.back().begin : ranges.back().end) =
          from_behind ? part.range.begin : part.range.end;
    } else {
      ranges.push_back(part.range);
    }
    behind_separator = part.separator;
  }
  if (from_behind) std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

std::vector<Range> contiguous(const std::vector<Part>& parts) {
  std::vector<Range> ranges;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && parts[i].separator == parts[i - 1].separator) {
      ranges.back().end = parts[i].range.end;
    } else {
      ranges.push_back(parts[i].range);
    }
  }
  return ranges;
}

void keep(const std::vector<Part>& parts, Separator separator, std::vector<Range>& kept) {
  const auto keep_one = [&](const Range& range) {
    if (range.size() > 0) kept.push_back(range);
  };
  if (separator == Separator::removed || separator == Separator::isolated) {
    for (const Part& part : parts) {
      if (separator == Separator::isolated || !part.separator) keep_one(part.range);
    }
    return;
  }
  const auto ranges = separator == Separator::contiguous
                          ? contiguous(parts)
                          : joined(parts, separator == Separator::joins_next);
  for (const Range& range : ranges) keep_one(range);
}

// The parts of a piece of the text, from the matches found in it.
std::vector<Part> parts_of(const Range& piece, const std::vector<Range>& matches, Found found) {
  const bool separates = found == Found::separates;
  std::vector<Part> parts;
  size_t done = piece.begin;
  for (const Range& match : matches) {
    const Range range{piece.begin + match.begin, piece.begin + match.end};
    if (done < range.begin) parts.push_back({{done, range.begin}, !separates});
    parts.push_back({range, separates});
    done = range.end;
  }
  if (done < piece.end) parts.push_back({{done, piece.end}, !separates});
  return parts;
}

// find(text) gives the matches in one piece.
template <class Find>
Status split(Pieces& pieces, Separator separator, Found found, Find&& find) {
  std::vector<Range> kept;
  kept.reserve(pieces.ranges.size());
  for (const Range& piece : pieces.ranges) {
    Result<std::vector<Range>> matches = find(piece.of(pieces.text));
    if (!matches.ok()) return matches.status();
    keep(parts_of(piece, *matches, found), separator, kept);
  }
  pieces.ranges = std::move(kept);
  return {};
}

// change(piece, out) appends what a piece becomes.
template <class Change>
void rewrite(Pieces& pieces, Change&& change) {
  std::string text;
  text.reserve(pieces.text.size() + pieces.text.size() / 2);
  for (Range& range : pieces.ranges) {
    const size_t begin = text.size();
    change(range, text);
    range = {begin, text.size()};
  }
  pieces.text = std::move(text);
}

}  // namespace

SplitStep split_at(Pattern pattern, Separator separator, Found found) {
  return [pattern = std::move(pattern), separator, found](Pieces& pieces) {
    return split(pieces, separator, found,
                 [&](std::string_view piece) { return pattern.matches(piece); });
  };
}

SplitStep split_at(std::string text, Separator separator, Found found) {
  return [text = std::move(text), separator, found](Pieces& pieces) {
    return split(pieces, separator, found, [&](std::string_view piece) {
      std::vector<Range> matches;
      for (size_t at = text.empty() ? std::string_view::npos : piece.find(text);
           at != std::string_view::npos; at = piece.find(text, at + text.size())) {
        matches.push_back({at, at + text.size()});
      }
      return Result<std::vector<Range>>(std::move(matches));
    });
  };
}

SplitStep split_at(CharacterClass characters, Separator separator) {
  return [characters, separator](Pieces& pieces) {
    return split(pieces, separator, Found::separates, [&](std::string_view piece) {
      std::vector<Range> matches;
      for (size_t at = 0; at < piece.size();) {
        const size_t here = at;
        if (characters(next_character(piece, at))) matches.push_back({here, at});
      }
      return Result<std::vector<Range>>(std::move(matches));
    });
  };
}

SplitStep split_every(size_t length) {
  return [length](Pieces& pieces) -> Status {
    std::vector<Range> kept;
    for (const Range& piece : pieces.ranges) {
      for (size_t at = piece.begin; at < piece.end;) {
        const size_t begin = at;
        for (size_t i = 0; i < length && at < piece.end; ++i)
          at += character_bytes(pieces.text[at]);
        kept.push_back({begin, at});
      }
    }
    pieces.ranges = std::move(kept);
    return {};
  };
}

SplitStep with_space_before() {
  return [](Pieces& pieces) -> Status {
    rewrite(pieces, [&](const Range& piece, std::string& text) {
      if (pieces.text[piece.begin] != ' ') text += ' ';
      text += piece.of(pieces.text);
    });
    return {};
  };
}

SplitStep to_byte_pieces() {
  return [](Pieces& pieces) -> Status {
    rewrite(pieces, [&](const Range& piece, std::string& text) {
      for (const char byte : piece.of(pieces.text))
        text += byte_character(static_cast<uint8_t>(byte));
    });
    return {};
  };
}

SplitStep marked_spaces(std::string mark, Prepend prepend, bool split) {
  const SplitStep cut = split_at(mark, Separator::joins_next);
  return [mark = std::move(mark), prepend, split, cut](Pieces& pieces) -> Status {
    rewrite(pieces, [&](const Range& piece, std::string& text) {
      const std::string marked = replace_all(piece.of(pieces.text), " ", mark);
      const bool first = pieces.at_begin && piece.begin == 0;
      const bool wanted = prepend == Prepend::always || (prepend == Prepend::first && first);
      if (wanted && !marked.starts_with(mark)) text += mark;
      text += marked;
    });
    return split ? cut(pieces) : Status();
  };
}

}  // namespace tenon::text
