// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

// Byte strings that are found by their common prefixes with a text. [any thread]
namespace tenon::text {

class Trie {
 public:
  using Entry = std::pair<std::string_view, int32_t>;

  Trie() = default;
  // Of equal keys the first counts; empty keys are left out.
  explicit Trie(std::vector<Entry> entries);

  bool empty() const { return nodes_.empty(); }

  // Calls found(length, value) for every key that text begins with, shorter ones first. Returns
  // the bytes looked at.
  template <class Found>
  size_t prefixes(std::string_view text, Found&& found) const;

  struct Match {
    size_t length = 0;  // 0: none
    int32_t value = 0;
    size_t looked = 0;  // bytes
  };
  Match longest(std::string_view text) const;

 private:
  static constexpr int32_t none = -1;
  struct Node {
    uint32_t first = 0;  // child; children are neighbours, sorted by label
    uint16_t children = 0;
    uint8_t label = 0;
    int32_t value = none;
  };
  void build(std::span<const Entry> entries);
  const Node* child(const Node& node, uint8_t label) const;

  std::vector<Node> nodes_;
  std::array<uint32_t, 256> roots_{};  // 0: none
};

template <class Found>
size_t Trie::prefixes(std::string_view text, Found&& found) const {
  if (nodes_.empty() || text.empty()) return 0;
  const uint32_t root = roots_[static_cast<uint8_t>(text[0])];
  const Node* node = root == 0 ? nullptr : &nodes_[root];
  size_t at = 1;
  for (; node != nullptr; ++at) {
    if (node->value != none) found(at, node->value);
    if (at == text.size()) break;
    node = child(*node, static_cast<uint8_t>(text[at]));
  }
  return at;
}

}  // namespace tenon::text
