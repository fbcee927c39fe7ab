// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/graph.h"

#include <cstring>
#include <functional>
#include <string>
#include <vector>

// For tests of what reads graph blobs: the tables of a graph, bare, so that any of them can be
// broken. Header only.
namespace tenon::testing {

// The tables of a graph, to be broken one at a time.
struct Parts {
  std::vector<tenon_node> nodes;
  std::vector<tenon_value> values;
  std::vector<uint32_t> operands;
  std::vector<tenon_dim> dims;
  std::vector<tenon_expr> exprs;
  std::vector<tenon_symbol> symbols;
  std::vector<tenon_attr> attrs;
  std::vector<int64_t> numbers;
  std::vector<tenon_state> states;
  std::vector<tenon_body> bodies;
  std::string text = std::string(4, '\0');
  std::function<void(tenon_graph&)> change = [](tenon_graph&) {};

  uint32_t add_text(const std::string& words) {
    const auto at = static_cast<uint32_t>(text.size()), size = static_cast<uint32_t>(words.size());
    text.append(reinterpret_cast<const char*>(&size), sizeof size);
    text += words;
    text.resize((text.size() + 3) / 4 * 4);
    return at;
  }
  uint32_t add_value(uint32_t kind, std::vector<tenon_dim> sizes) {
    tenon_value row{};
    row.kind = kind;
    row.dtype = TENON_F32;
    row.rank = static_cast<uint32_t>(sizes.size());
    row.dim0 = static_cast<uint32_t>(dims.size());
    dims.insert(dims.end(), sizes.begin(), sizes.end());
    values.push_back(row);
    return static_cast<uint32_t>(values.size() - 1);
  }
  uint32_t slice(const std::vector<uint32_t>& ids) {
    operands.insert(operands.end(), ids.begin(), ids.end());
    return static_cast<uint32_t>(operands.size() - ids.size());
  }
  tenon_node& add_node(const std::vector<uint32_t>& in, const std::vector<uint32_t>& out) {
    tenon_node row{};
    row.op = add_text("Add");
    row.in0 = slice(in);
    row.n_in = static_cast<uint32_t>(in.size());
    row.out0 = slice(out);
    row.n_out = static_cast<uint32_t>(out.size());
    row.formula = TENON_NONE;
    nodes.push_back(row);
    return nodes.back();
  }
  void add_body(uint32_t node0, uint32_t n_node, const std::vector<uint32_t>& in,
                const std::vector<uint32_t>& out) {
    tenon_body row{};
    row.node0 = node0;
    row.n_node = n_node;
    row.in0 = slice(in);
    row.n_in = static_cast<uint32_t>(in.size());
    row.out0 = slice(out);
    row.n_out = static_cast<uint32_t>(out.size());
    bodies.push_back(row);
  }

  std::vector<uint64_t> blob() const {
    std::vector<uint64_t> words(sizeof(tenon_graph) / 8);
    tenon_graph head{};
    head.size = sizeof head;
    head.version = TENON_GRAPH_VERSION;
    const auto put = [&](tenon_table& table, const auto& rows) {
      table = {words.size() * 8, static_cast<uint32_t>(rows.size()),
               static_cast<uint32_t>(sizeof(rows[0]))};
      const size_t bytes = rows.size() * sizeof(rows[0]);
      words.resize(words.size() + (bytes + 7) / 8);
      if (bytes != 0) {
        std::memcpy(reinterpret_cast<char*>(words.data()) + table.offset, rows.data(), bytes);
      }
    };
    put(head.nodes, nodes);
    put(head.values, values);
    put(head.operands, operands);
    put(head.dims, dims);
    put(head.exprs, exprs);
    put(head.symbols, symbols);
    put(head.attrs, attrs);
    put(head.numbers, numbers);
    put(head.states, states);
    put(head.bodies, bodies);
    put(head.text, text);
    head.bytes = words.size() * 8;
    change(head);
    std::memcpy(words.data(), &head, sizeof head);
    return words;
  }
};

// y = x + x for x of [s0, 4], with an attribute of every kind that needs no body.
inline Parts sound() {
  Parts p;
  p.symbols.push_back({p.add_text("batch"), TENON_SYMBOL_INPUT, TENON_NONE, 0, 0, 0, 1});
  p.exprs.push_back({TENON_EXPR_SYMBOL, TENON_TYPE_I64, -1, -1, -1, 0});
  p.exprs.push_back({TENON_EXPR_LOAD, TENON_TYPE_F32, -1, -1, -1, 0});
  p.exprs.push_back({TENON_EXPR_ADD, TENON_TYPE_F32, 1, 1, -1, 0});
  const uint32_t x = p.add_value(TENON_VALUE_INPUT, {~int64_t{0}, 4});
  const uint32_t y = p.add_value(TENON_VALUE_COMPUTED, {~int64_t{0}, 4});
  tenon_node& node = p.add_node({x}, {y});
  node.formula = 2;
  node.n_attr = 5;
  const uint32_t axis = p.add_text("axis");
  const auto word = int64_t{p.add_text("wörter")};
  p.numbers = {1, 2, word};
  p.dims.push_back(~int64_t{0});
  p.attrs = {{axis, TENON_ATTR_INTS, 0, 2, 0, 0},
             {axis, TENON_ATTR_STRINGS, 2, 1, 0, 0},
             {axis, TENON_ATTR_DIMS, 4, 1, 0, 0},
             {axis, TENON_ATTR_STRING, 0, 0, word, 0},
             {axis, TENON_ATTR_TENSOR, 0, 0, x, 0}};
  p.add_body(0, 1, {x}, {y});
  return p;
}

// y = If(x) { a = x + x; a } over b; the node's body stands behind it.
inline Parts nested() {
  Parts p;
  const uint32_t x = p.add_value(TENON_VALUE_INPUT, {});
  const uint32_t a = p.add_value(TENON_VALUE_COMPUTED, {});
  const uint32_t y = p.add_value(TENON_VALUE_COMPUTED, {});
  tenon_node& outer = p.add_node({x}, {y});
  outer.body0 = 1;
  outer.n_body = 1;
  outer.n_attr = 1;
  p.attrs = {{p.add_text("body"), TENON_ATTR_BODY, 0, 0, 1, 0}};
  p.add_node({x, x}, {a});
  p.add_body(0, 1, {x}, {y});
  p.add_body(1, 1, {}, {a});
  return p;
}

}  // namespace tenon::testing
