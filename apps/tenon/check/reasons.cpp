// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/check/reasons.h"

#include <algorithm>

namespace tenon::cli {

namespace {

// Behind "folder/model.onnx: ".
std::string_view without_path(std::string_view message) {
  constexpr std::string_view end = ".onnx: ";
  const size_t at = message.find(end);
  return at == std::string_view::npos ? message : message.substr(at + end.size());
}

// "Foo x2 (node "a", "b"): reason" becomes "Foo: reason", and "node "a" (Foo): reason" too.
std::string without_nodes(std::string_view reason) {
  while (reason.starts_with(' ')) reason.remove_prefix(1);
  constexpr std::string_view node = "node \"";
  if (reason.starts_with(node)) {
    const size_t open = reason.find("\" ("), close = reason.find(')');
    if (open != std::string_view::npos && close != std::string_view::npos && open < close) {
      return std::string(reason.substr(open + 3, close - open - 3)) +
             std::string(reason.substr(close + 1));
    }
  }
  const size_t count = reason.find(" x"), open = reason.find(" (", count);
  if (count == std::string_view::npos || open == std::string_view::npos) {
    return std::string(reason);
  }
  const size_t close = reason.find("): ", open);
  std::string text(reason.substr(0, count));
  if (close != std::string_view::npos) text += reason.substr(close + 1);
  return text;
}

// The pieces between separators.
std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> pieces;
  while (true) {
    const size_t at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    text.remove_prefix(at + separator.size());
  }
}

}  // namespace

std::vector<std::string> reasons_of(std::string_view message) {
  std::vector<std::string> reasons;
  const std::string_view text = without_path(message);
  constexpr std::string_view list = "not supported: ";
  std::vector<std::string_view> pieces = {text};
  if (const size_t line = text.find('\n'); line != std::string_view::npos) {
    pieces = split(text.substr(line + 1), "\n");
  } else if (const size_t at = text.find(list); at != std::string_view::npos) {
    pieces = split(text.substr(at + list.size()), "), ");
  }
  for (const std::string_view piece : pieces) {
    if (piece.find_first_not_of(' ') == std::string_view::npos) continue;
    std::string reason = without_nodes(piece);
    if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(std::move(reason));
  }
  return reasons;
}

}  // namespace tenon::cli
