// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/graph.h"
#include "tenon/status.h"

#include <cstdint>
#include <string_view>
#include <vector>

// The parts of check_graph(), which runs them in this order. One object, one thread.
namespace tenon::graph_check {

// What the checks share: the block, and what earlier ones found.
class Block {
 public:
  Block(const char* bytes, const tenon_graph& graph) : bytes_(bytes), graph_(graph) {}

  const tenon_graph& graph() const { return graph_; }
  // Row i of a table that passed check_tables().
  template <class T>
  const T& row(const tenon_table& table, uint64_t i) const {
    return *reinterpret_cast<const T*>(bytes_ + table.offset + i * table.stride);
  }
  const char* text() const { return bytes_ + graph_.text.offset; }

  // Whether a text starts at this offset.
  bool is_text(uint64_t offset) const {
    return offset % 4 == 0 && offset / 4 < texts.size() && texts[static_cast<size_t>(offset / 4)];
  }
  bool is_dim(tenon_dim dim) const {
    return dim >= 0 ||
           (static_cast<uint64_t>(~dim) < sizes.size() && sizes[static_cast<size_t>(~dim)]);
  }

  std::vector<bool> texts;     // for each fourth byte of the text table
  std::vector<bool> sizes;     // for each expression: i64, and known before an element is
  std::vector<int64_t> loads;  // for each expression: the greatest operand it loads, or -1
  std::vector<int64_t> axes;   // for each expression: the greatest axis it reads, or -1

 private:
  const char* bytes_;
  const tenon_graph& graph_;
};

// A table whose rows are handed out as slices, each to one owner.
class Slices {
 public:
  Slices(std::string_view name, const tenon_table& table) : name_(name), count_(table.count) {}
  // Takes the slice for an owner; "node 3" is only used in messages.
  Status take(std::string_view owner, uint64_t index, uint32_t first, uint32_t count) {
    taken_ += count;
    if (first <= count_ && count <= count_ - first && taken_ <= count_) return {};
    if (taken_ > count_ && first <= count_ && count <= count_ - first) {
      return corrupt("{} {}: rows of {} have two owners", owner, index, name_);
    }
    return corrupt("{} {}: {} rows of {} from {}, which has {}", owner, index, count, name_, first,
                   count_);
  }

 private:
  std::string_view name_;
  uint64_t count_;
  uint64_t taken_ = 0;
};

Status check_tables(const tenon_graph& graph, uint64_t size);
Status check_texts(Block& block);
Status check_exprs(Block& block);
Status check_rows(Block& block);
Status check_order(const Block& block);

}  // namespace tenon::graph_check
