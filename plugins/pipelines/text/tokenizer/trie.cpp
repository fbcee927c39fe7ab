// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/trie.h"

#include <algorithm>

namespace tenon::text {

Trie::Trie(std::vector<Entry> entries) {
  std::erase_if(entries, [](const Entry& entry) { return entry.first.empty(); });
  std::ranges::stable_sort(entries, {}, &Entry::first);
  const auto alike = [](const Entry& a, const Entry& b) { return a.first == b.first; };
  entries.erase(std::unique(entries.begin(), entries.end(), alike), entries.end());
  if (!entries.empty()) build(entries);
}

// Breadth first, so that the children of a node are neighbours.
void Trie::build(std::span<const Entry> entries) {
  struct Part {
    size_t begin;
    size_t end;
    size_t depth;
  };
  std::vector<Part> parts = {{0, entries.size(), 0}};
  nodes_.emplace_back();
  for (size_t n = 0; n < nodes_.size(); ++n) {
    auto [begin, end, depth] = parts[n];
    if (entries[begin].first.size() == depth && depth > 0)
      nodes_[n].value = entries[begin++].second;
    nodes_[n].first = static_cast<uint32_t>(nodes_.size());
    while (begin < end) {
      const char label = entries[begin].first[depth];
      size_t stop = begin;
      while (stop < end && entries[stop].first[depth] == label) ++stop;
      nodes_.push_back({.label = static_cast<uint8_t>(label)});
      parts.push_back({begin, stop, depth + 1});
      ++nodes_[n].children;
      begin = stop;
    }
  }
  for (uint32_t i = 0; i < nodes_[0].children; ++i) roots_[nodes_[1 + i].label] = 1 + i;
}

const Trie::Node* Trie::child(const Node& node, uint8_t label) const {
  const auto first = nodes_.begin() + node.first;
  const auto last = first + node.children;
  const auto found = std::ranges::lower_bound(first, last, label, {}, &Node::label);
  return found != last && found->label == label ? &*found : nullptr;
}

Trie::Match Trie::longest(std::string_view text) const {
  Match match;
  match.looked = prefixes(text, [&](size_t length, int32_t value) {
    match.length = length;
    match.value = value;
  });
  return match;
}

}  // namespace tenon::text
