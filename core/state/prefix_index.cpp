// SPDX-License-Identifier: Apache-2.0
#include "core/state/prefix_index.h"

#include <algorithm>

namespace tenon {

PrefixIndex::~PrefixIndex() { release(root_); }

void PrefixIndex::release(Node& node) {
  for (auto& [tokens, child] : node.children) {
    release(*child);
    pool_.release(child->page);
  }
}

std::vector<uint32_t> PrefixIndex::find(std::span<const int32_t> tokens) {
  std::vector<uint32_t> pages;
  Node* at = &root_;
  ++now_;
  for (; tokens.size() >= page_rows_; tokens = tokens.subspan(page_rows_)) {
    const auto next = at->children.find({tokens.begin(), tokens.begin() + page_rows_});
    if (next == at->children.end()) break;
    at = next->second.get();
    at->found = now_;
    pages.push_back(at->page);
  }
  return pages;
}

void PrefixIndex::add(std::span<const int32_t> tokens, std::span<const uint32_t> pages) {
  Node* at = &root_;
  ++now_;
  for (const uint32_t page : pages) {
    if (tokens.size() < page_rows_) return;
    std::unique_ptr<Node>& next = at->children[{tokens.begin(), tokens.begin() + page_rows_}];
    if (!next) {
      next = std::make_unique<Node>();
      next->page = page;
      next->parent = at;
      pool_.share(page);
      ++count_;
    }
    at = next.get();
    at->found = now_;
    tokens = tokens.subspan(page_rows_);
  }
}

// The leaf below `node` that was found longest ago and has no other user.
void PrefixIndex::oldest(Node& node, std::vector<int32_t>* edge, Node*& best,
                         std::vector<int32_t>& best_edge) {
  for (auto& [tokens, child] : node.children) {
    std::vector<int32_t> own = tokens;
    oldest(*child, &own, best, best_edge);
  }
  const bool is_free =
      node.parent != nullptr && node.children.empty() && pool_.uses(node.page) == 1;
  if (is_free && (best == nullptr || node.found < best->found)) {
    best = &node;
    best_edge = *edge;
  }
}

bool PrefixIndex::give_up_one() {
  Node* best = nullptr;
  std::vector<int32_t> edge;
  oldest(root_, nullptr, best, edge);
  if (best == nullptr) return false;
  pool_.release(best->page);
  best->parent->children.erase(edge);
  --count_;
  return true;
}

}  // namespace tenon
