// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

// The loop of every byte-pair encoding: of all neighbours that may be joined, the pair of the
// lowest order is, the leftmost on ties, until there is none. n symbols take O(n log n).
namespace tenon::text {

struct Symbol {
  uint32_t begin = 0;
  uint32_t size = 0;  // 0: joined to the one before it
  int32_t id = -1;    // -1: not in the vocabulary
  int32_t previous = -1;
  int32_t next = -1;
};

// What two neighbours become.
struct Joined {
  double order;
  int32_t id;
};

// rule(left, right) gives a Joined or nothing.
template <class Rule>
void merge(std::vector<Symbol>& symbols, Rule&& rule) {
  struct Candidate {
    double order;
    int32_t left;
    uint32_t size;  // of both together; another one now: the candidate is stale
    int32_t id;
    bool operator<(const Candidate& other) const {  // the queue gives the greatest
      return order != other.order ? order > other.order : left > other.left;
    }
  };
  const auto at = [&](int32_t i) -> Symbol& { return symbols[static_cast<size_t>(i)]; };
  std::vector<Candidate> start;
  const auto candidate = [&](int32_t left) -> std::optional<Candidate> {
    if (left < 0 || at(left).next < 0) return std::nullopt;
    const Symbol& right = at(at(left).next);
    const std::optional<Joined> joined = rule(at(left), right);
    if (!joined) return std::nullopt;
    return Candidate{joined->order, left, at(left).size + right.size, joined->id};
  };
  const auto count = static_cast<int32_t>(symbols.size());
  for (int32_t i = 0; i < count; ++i) {
    at(i).previous = i - 1;
    at(i).next = i + 1 < count ? i + 1 : -1;
  }
  for (int32_t i = 0; i < count; ++i) {
    if (const auto found = candidate(i)) start.push_back(*found);
  }
  std::priority_queue<Candidate> queue(std::less<Candidate>(), std::move(start));
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = at(best.left);
    if (left.size == 0 || left.next < 0) continue;
    Symbol& right = at(left.next);
    if (left.size + right.size != best.size) continue;
    left.size = best.size;
    left.id = best.id;
    left.next = right.next;
    right.size = 0;
    if (left.next >= 0) at(left.next).previous = best.left;
    if (const auto found = candidate(left.previous)) queue.push(*found);
    if (const auto found = candidate(best.left)) queue.push(*found);
  }
}

// Calls visit for every symbol that is left, from left to right.
template <class Visit>
void each_symbol(const std::vector<Symbol>& symbols, Visit&& visit) {
  for (const Symbol& symbol : symbols) {
    if (symbol.size > 0) visit(symbol);
  }
}

}  // namespace tenon::text
