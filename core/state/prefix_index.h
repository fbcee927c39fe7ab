// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/state/page_pool.h"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

// Full pages by the tokens they stand for: a tree whose edges are pages of tokens. Uses each page
// once itself, so that it outlives its sequence, and gives up those used longest ago when the pool
// has no other. One thread at a time.
namespace tenon {

class PrefixIndex {
 public:
  PrefixIndex(PagePool& pool, size_t page_rows) : pool_(pool), page_rows_(page_rows) {}
  ~PrefixIndex();
  PrefixIndex(const PrefixIndex&) = delete;
  PrefixIndex& operator=(const PrefixIndex&) = delete;

  // Pages that hold the first tokens, as many as are known; none is used more than before.
  std::vector<uint32_t> find(std::span<const int32_t> tokens);
  // Remembers the full pages of a sequence.
  void add(std::span<const int32_t> tokens, std::span<const uint32_t> pages);
  // Gives up the page that was found longest ago and that no sequence uses; false: there is none.
  bool give_up_one();
  size_t pages() const { return count_; }

 private:
  struct Node {
    uint32_t page = 0;
    uint64_t found = 0;  // when
    Node* parent = nullptr;
    std::map<std::vector<int32_t>, std::unique_ptr<Node>> children;
  };

  void release(Node& node);
  void oldest(Node& node, std::vector<int32_t>* edge, Node*& best, std::vector<int32_t>& best_edge);

  PagePool& pool_;
  size_t page_rows_;
  Node root_;
  uint64_t now_ = 0;
  size_t count_ = 0;
};

}  // namespace tenon
