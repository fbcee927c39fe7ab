// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/graph.h"
#include "tenon/dtype.h"

#include <cstring>
#include <optional>
#include <span>
#include <string_view>

// Reads a graph blob in place. Header only; nothing is copied or allocated. The blob must have
// passed the checker (graph_check.h); every view borrows from it. [any thread]
namespace tenon {

class GraphView {
 public:
  explicit GraphView(const tenon_graph* graph) : graph_(graph) {}

  const tenon_graph& blob() const { return *graph_; }
  uint32_t nodes() const { return graph_->nodes.count; }
  uint32_t values() const { return graph_->values.count; }
  uint32_t symbols() const { return graph_->symbols.count; }
  const tenon_node& node(uint32_t i) const { return row<tenon_node>(graph_->nodes, i); }
  const tenon_value& value(uint32_t i) const { return row<tenon_value>(graph_->values, i); }
  const tenon_symbol& symbol(uint32_t i) const { return row<tenon_symbol>(graph_->symbols, i); }
  const tenon_body& body(uint32_t i = 0) const { return row<tenon_body>(graph_->bodies, i); }

  std::span<const tenon_expr> exprs() const { return rows<tenon_expr>(graph_->exprs); }
  std::span<const uint32_t> inputs(const tenon_node& node) const {
    return slice<uint32_t>(graph_->operands, node.in0, node.n_in);
  }
  std::span<const uint32_t> outputs(const tenon_node& node) const {
    return slice<uint32_t>(graph_->operands, node.out0, node.n_out);
  }
  std::span<const uint32_t> inputs(const tenon_body& body) const {
    return slice<uint32_t>(graph_->operands, body.in0, body.n_in);
  }
  std::span<const uint32_t> outputs(const tenon_body& body) const {
    return slice<uint32_t>(graph_->operands, body.out0, body.n_out);
  }
  std::span<const tenon_dim> dims(const tenon_value& value) const {
    return slice<tenon_dim>(graph_->dims, value.dim0, value.rank);
  }
  std::span<const tenon_dim> dims(const tenon_attr& attr) const {
    return slice<tenon_dim>(graph_->dims, attr.first, attr.count);
  }
  std::span<const int64_t> numbers(const tenon_attr& attr) const {
    return slice<int64_t>(graph_->numbers, attr.first, attr.count);
  }

  std::string_view text(uint32_t offset) const {
    const char* at = base() + graph_->text.offset + offset;
    uint32_t size = 0;
    std::memcpy(&size, at, sizeof size);
    return {at + sizeof size, size};
  }
  std::string_view op(const tenon_node& node) const { return text(node.op); }
  std::string_view name(const tenon_node& node) const { return text(node.name); }
  DType dtype(uint32_t value_index) const {
    return static_cast<DType>(value(value_index).dtype);
  }

  // Null when the node has no such attribute.
  const tenon_attr* attr(const tenon_node& node, std::string_view wanted) const {
    for (uint32_t i = 0; i < node.n_attr; ++i) {
      const auto& attr = row<tenon_attr>(graph_->attrs, node.attr0 + i);
      if (text(attr.name) == wanted) return &attr;
    }
    return nullptr;
  }
  int64_t attr_int(const tenon_node& node, std::string_view wanted, int64_t otherwise) const {
    const tenon_attr* found = attr(node, wanted);
    return found != nullptr && found->kind == TENON_ATTR_INT ? found->i : otherwise;
  }
  double attr_float(const tenon_node& node, std::string_view wanted, double otherwise) const {
    const tenon_attr* found = attr(node, wanted);
    return found != nullptr && found->kind == TENON_ATTR_FLOAT ? found->f : otherwise;
  }
  std::string_view attr_string(const tenon_node& node, std::string_view wanted,
                               std::string_view otherwise) const {
    const tenon_attr* found = attr(node, wanted);
    return found != nullptr && found->kind == TENON_ATTR_STRING
               ? text(static_cast<uint32_t>(found->i))
               : otherwise;
  }

 private:
  const char* base() const { return reinterpret_cast<const char*>(graph_); }
  template <class T>
  const T& row(const tenon_table& table, uint32_t i) const {
    return *reinterpret_cast<const T*>(base() + table.offset + uint64_t{table.stride} * i);
  }
  template <class T>
  std::span<const T> slice(const tenon_table& table, uint32_t first, uint32_t count) const {
    return {reinterpret_cast<const T*>(base() + table.offset) + first, count};
  }
  template <class T>
  std::span<const T> rows(const tenon_table& table) const {
    return slice<T>(table, 0, table.count);
  }

  const tenon_graph* graph_;
};

}  // namespace tenon
